"""The key that another system sends along (RFC 6750), what it may do, and how much at once.

@blueprint.post("/interactions")
@key_needed(Scope.INTERACTIONS_WRITE)
def receive(key: ApiKey): ...
"""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from flask import Response, request
from flask.typing import ResponseReturnValue

from webapp import guard
from webapp.access import Scope, only_with_key
from webapp.clock import utc_now
from webapp.db import db
from webapp.errors import problem
from webapp.guard import limiter
from webapp.integrations import keys
from webapp.integrations.models import ApiKey

P = ParamSpec("P")
View = Callable[P, ResponseReturnValue]

PER_KEY = "600 per minute"
REFUSALS = "60 per minute"  # of one network: a key cannot be guessed, but looking for it costs


def key_needed(scope: Scope) -> Callable[[Callable[Concatenate[ApiKey, P], ResponseReturnValue]], View[P]]:
    """Marks the route and gives it the key that was sent. No cookie counts here, so there is nothing to forge."""

    def mark(view: Callable[Concatenate[ApiKey, P], ResponseReturnValue]) -> View[P]:
        @wraps(view)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> ResponseReturnValue:
            key = _key_at_hand()
            if key is None:
                return _refuse()
            if scope not in key.scopes:
                return _refuse_scope(scope)
            with limiter.limit(PER_KEY, key_func=lambda: f"key {key.id}"):
                return view(key, *args, **kwargs)

        return guard.from_anywhere(only_with_key(guarded, scope))

    return mark


def _key_at_hand() -> ApiKey | None:
    sent = request.authorization
    key = keys.find(sent.token) if sent and sent.type == "bearer" and sent.token else None
    if key and keys.note_use(key, now=utc_now()):
        db.session.commit()
    return key


@limiter.limit(REFUSALS)
def _refuse() -> Response:
    if request.authorization is None:
        answer = problem(401, "No key", "Send the header Authorization: Bearer candor_… with your key.")
        answer.headers["WWW-Authenticate"] = "Bearer"
    else:
        answer = problem(401, "Not a key of ours", "The key was mistyped, cut short or revoked. Staff make new ones.")
        answer.headers["WWW-Authenticate"] = 'Bearer error="invalid_token"'
    return answer


def _refuse_scope(scope: Scope) -> Response:
    answer = problem(403, "Not with this key", f"It may not do this: that needs a key with the scope {scope}.")
    answer.headers["WWW-Authenticate"] = f'Bearer error="insufficient_scope", scope="{scope}"'
    return answer
