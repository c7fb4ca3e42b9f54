"""The browsers in which a person signed in before, so that a sign-in from another one can be told to them.

A random number in a long-lived cookie names the browser. What is kept is its hash together with the person's own
number: two people who share a browser are not linked by it.
"""

import hashlib
import secrets
from datetime import datetime, timedelta
from uuid import UUID

from flask import Response, after_this_request, request
from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert

from webapp.accounts.models import Account, KnownDevice
from webapp.config import settings
from webapp.db import db

FORGOTTEN_AFTER = timedelta(days=400)  # the longest that browsers keep a cookie


def cookie_name() -> str:
    return settings().cookie("device")


def recognised(subject_id: UUID) -> str:
    """The name of this browser, if this person signed in with it before; otherwise nothing."""
    token = request.cookies.get(cookie_name())
    known = db.session.get(KnownDevice, _fingerprint(token, subject_id)) if token else None
    return known.fingerprint.hex() if known else ""


def remember(account: Account, *, now: datetime) -> None:
    """From now on this browser is known."""
    token = request.cookies.get(cookie_name()) or secrets.token_urlsafe(32)
    row = {"fingerprint": _fingerprint(token, account.subject_id), "subject_id": account.subject_id}
    known = insert(KnownDevice).values(**row, first_seen_at=now, seen_at=now)
    db.session.execute(known.on_conflict_do_update(index_elements=["fingerprint"], set_={"seen_at": now}))
    after_this_request(lambda response: _with_cookie(response, token))


def forget(account: Account) -> None:
    """Every next sign-in is told again."""
    db.session.execute(delete(KnownDevice).where(KnownDevice.subject_id == account.subject_id))


def _with_cookie(response: Response, token: str) -> Response:
    response.set_cookie(
        cookie_name(), token, max_age=FORGOTTEN_AFTER, httponly=True, secure=settings().https, samesite="Lax"
    )
    return response


def _fingerprint(token: str, subject_id: UUID) -> bytes:
    return hashlib.sha256(subject_id.bytes + token.encode()).digest()  # the token is 256 random bits: no salt is needed
