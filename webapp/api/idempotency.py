"""Requests that may be sent again: with an Idempotency-Key, what was done is not done twice, and answered as before.

See draft-ietf-httpapi-idempotency-key-header. The answer is kept in the transaction of the work itself.
"""

import hashlib
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import wraps
from typing import Concatenate, ParamSpec

from flask import Response, make_response, request
from flask.typing import ResponseReturnValue
from sqlalchemy import delete, func, select

from webapp.access import Refused
from webapp.api import bodies
from webapp.clock import utc_now
from webapp.db import db
from webapp.errors import problem
from webapp.integrations.models import ApiKey, KeptAnswer

KEPT = timedelta(hours=24)
KEY = re.compile(r"[\x21-\x7e]{1,255}")
HEADERS = ("Content-Type",)

P = ParamSpec("P")
View = Callable[Concatenate[ApiKey, P], ResponseReturnValue]


def answered_once(view: View[P]) -> View[P]:
    """The view must not commit: this does, together with the answer that is kept."""

    @wraps(view)
    def answered(key: ApiKey, /, *args: P.args, **kwargs: P.kwargs) -> ResponseReturnValue:
        name = request.headers.get("Idempotency-Key")
        if name is None:
            response = make_response(view(key, *args, **kwargs))
            db.session.commit()
            return response
        return _known(key, name) or _kept(key, name, make_response(view(key, *args, **kwargs)))

    return answered


def forget_old(*, now: datetime) -> None:
    db.session.execute(delete(KeptAnswer).where(KeptAnswer.answered_at < now - KEPT))


def lock_of(key: ApiKey, name: str) -> int:
    return int.from_bytes(hashlib.sha256(key.id.bytes + name.encode()).digest()[:8], signed=True)


def _known(key: ApiKey, name: str) -> Response | None:
    """The answer from before; None if this is to be done now, and by nobody else meanwhile."""
    if not KEY.fullmatch(name):
        raise Refused(400, "Not a key", "Idempotency-Key takes 1 to 255 visible characters of ASCII, such as a UUID.")
    if not db.session.scalar(select(func.pg_try_advisory_xact_lock(lock_of(key, name)))):
        answer = problem(409, "Being done already", "The same request is being worked on. Ask again in a moment.")
        answer.headers["Retry-After"] = "1"
        return answer
    kept = db.session.get(KeptAnswer, (key.id, name))
    if kept is None or kept.answered_at < utc_now() - KEPT:
        return None
    if kept.request_hash != _request_hash():
        return problem(422, "Another request", "This Idempotency-Key came with another request before. Make a new one.")
    return Response(kept.body, kept.status, {**kept.headers, "Idempotency-Replayed": "true"})


def _kept(key: ApiKey, name: str, response: Response) -> Response:
    db.session.merge(
        KeptAnswer(
            key_id=key.id,
            idempotency_key=name,
            request_hash=_request_hash(),
            status=response.status_code,
            headers={header: response.headers[header] for header in HEADERS if header in response.headers},
            body=response.get_data(),
            answered_at=utc_now(),
        )
    )
    db.session.commit()
    return response


def _request_hash() -> bytes:
    content = bodies.read_bytes(bodies.LARGEST_BATCH, f"Send no more than {bodies.LARGEST_BATCH:,} bytes.")
    return hashlib.sha256(b"\0".join([request.method.encode(), request.path.encode(), content])).digest()
