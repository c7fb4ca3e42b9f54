"""What other systems send as JSON: size, type and form are looked at before anything is done with it."""

from typing import Any

from flask import request
from pydantic_core import from_json
from werkzeug.exceptions import RequestEntityTooLarge

from webapp.access import Refused

LARGEST = 1_000_000  # bytes
LARGEST_BATCH = 4_000_000


def read_list(name: str, *, most: int, largest: int = LARGEST) -> list[Any]:
    """The list of that name, which is all the body may hold. Raises Refused."""
    body = _read_json(largest, f"Send at most {most:,} at once, and no more than {largest:,} bytes.")
    if not (isinstance(body, dict) and body.keys() == {name} and isinstance(body[name], list)):
        raise Refused(422, "Not what we expect", f'Send an object with one member, the list "{name}".')
    items: list[Any] = body[name]
    if len(items) > most:
        raise Refused(413, "Too many at once", f"Send at most {most:,} at once; these were {len(items):,}.")
    return items


def read_object() -> dict[str, Any]:
    """Raises Refused."""
    body = _read_json(LARGEST, f"Send no more than {LARGEST:,} bytes.")
    if not isinstance(body, dict):
        raise Refused(422, "Not what we expect", "Send an object.")
    return body


def read_bytes(largest: int, too_large: str) -> bytes:
    """Read once only, however often it is asked for. Raises Refused."""
    if request.content_length is None and not request.environ.get("wsgi.input_terminated"):
        raise Refused(411, "No length", "Send the header Content-Length.")  # the server hands on nothing without it
    request.max_content_length = largest
    try:
        content = request.get_data()
    except RequestEntityTooLarge:
        raise Refused(413, "Too large", too_large) from None
    if len(content) > largest:
        raise Refused(413, "Too large", too_large)
    return content


def _read_json(largest: int, too_large: str) -> Any:
    if request.mimetype != "application/json":
        raise Refused(415, "Not JSON", "Send JSON, and say so: Content-Type: application/json.")
    content = read_bytes(largest, too_large)
    try:
        return from_json(content, allow_inf_nan=False)
    except ValueError as error:
        raise Refused(400, "Not JSON", f"The body is not JSON in UTF-8: {error}.") from None
