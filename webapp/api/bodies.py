"""What other systems send as JSON: size, type and form are looked at before anything is done with it."""

from typing import Any

from flask import request
from pydantic_core import from_json
from werkzeug.exceptions import RequestEntityTooLarge

from webapp.access import Refused

LARGEST = 1_000_000  # bytes


def read_list(name: str, *, most: int) -> list[Any]:
    """The list of that name, which is all the body may hold. Raises Refused."""
    body = _read_json(most)
    if not (isinstance(body, dict) and body.keys() == {name} and isinstance(body[name], list)):
        raise Refused(422, "Not what we expect", f'Send an object with one member, the list "{name}".')
    items: list[Any] = body[name]
    if len(items) > most:
        raise Refused(413, "Too many at once", f"Send at most {most:,} at once; these were {len(items):,}.")
    return items


def _read_json(most: int) -> Any:
    if request.mimetype != "application/json":
        raise Refused(415, "Not JSON", "Send JSON, and say so: Content-Type: application/json.")
    if request.content_length is None and not request.environ.get("wsgi.input_terminated"):
        raise Refused(411, "No length", "Send the header Content-Length.")  # the server hands on nothing without it
    request.max_content_length = LARGEST
    try:
        return from_json(request.get_data(cache=False), allow_inf_nan=False)
    except RequestEntityTooLarge:
        raise Refused(413, "Too large", f"Send at most {most:,} at once, and no more than {LARGEST:,} bytes.") from None
    except ValueError as error:
        raise Refused(400, "Not JSON", f"The body is not JSON in UTF-8: {error}.") from None
