"""Pages of lists: after which number the next one begins, in a form that nobody is tempted to make themselves."""

import binascii
from base64 import urlsafe_b64decode, urlsafe_b64encode
from urllib.parse import urlencode

from flask import request

from webapp.access import Refused
from webapp.integrations.intake.types import EXTERNAL_ID

MOST = 200
USUAL = 100


def read() -> tuple[int, str, str | None]:
    """The limit, the number after which to begin, and the customer, if one is named. Raises Refused."""
    limit = request.args.get("limit", str(USUAL))
    if not (limit.isascii() and limit.isdigit() and len(limit) <= len(str(MOST)) and 1 <= int(limit) <= MOST):
        raise Refused(422, "Not a limit", f"limit is a number from 1 to {MOST}.")
    customer = request.args.get("customer")
    if customer is not None and not EXTERNAL_ID.fullmatch(customer):
        raise Refused(422, "Not a customer", "customer is the external_id of one.")
    return int(limit), _after(request.args.get("cursor")), customer


def write(after: str, *, limit: int, customer: str | None) -> str:
    """The query of the next page."""
    cursor = urlsafe_b64encode(after.encode()).decode().rstrip("=")
    return urlencode({"cursor": cursor, "limit": limit} | ({"customer": customer} if customer is not None else {}))


def _after(cursor: str | None) -> str:
    if cursor is None:
        return ""
    try:
        after = urlsafe_b64decode(cursor.encode("ascii") + b"===").decode()
    except (binascii.Error, ValueError):
        after = ""
    if not EXTERNAL_ID.fullmatch(after):
        raise Refused(422, "Not a cursor", "Take the whole address of the next page from the answer before.")
    return after
