"""`If-Match` and `If-None-Match` (RFC 9110, 13.1): a change of what somebody else changed meanwhile is not done."""

from flask import request

from webapp.access import Refused
from webapp.api import shown
from webapp.api.shown import View


def check(view: View, external_id: str) -> None:
    """Locks what it compared, until the transaction ends. Raises Refused."""
    if not (request.if_match or request.if_none_match):
        return
    held = shown.one(view, external_id, locked=True)
    tag = shown.etag(held).strip('"') if held else None
    matches = request.if_match
    if matches and not (tag is not None and (matches.star_tag or matches.contains(tag))):
        raise Refused(412, "Changed meanwhile", "It is not any more as If-Match says. Read it again, then decide.")
    unless = request.if_none_match
    if tag is not None and unless and (unless.star_tag or unless.contains_weak(tag)):
        raise Refused(412, "There already", "If-None-Match says to do this only if it is not here yet.")
