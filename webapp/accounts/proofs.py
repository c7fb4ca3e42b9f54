"""A fresh proof that it is still the owner who sits there, asked for before anything that could take the account away.

    @blueprint.get("/account/profile/email")
    @allow(EVERYBODY_SIGNED_IN)
    @fresh_proof
    def edit_email(): ...

On a GET the person is sent to the proof page and back. A POST (the proof ran out while a form was being filled in) is
answered with the same page in place: it carries what was entered, encrypted, and goes on with it after the proof.
A way of proving registers itself with `offer`.
"""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import wraps
from typing import ParamSpec, TypeVar

from flask import Response, abort, make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from werkzeug.datastructures import ImmutableMultiDict

from webapp.accounts import guessing
from webapp.accounts.forms import Form, PasswordProofForm
from webapp.accounts.guessing import Door, TooManyGuesses
from webapp.accounts.models import Account, DeviceSession
from webapp.audit import Action
from webapp.clock import utc_now
from webapp.crypto import CannotDecrypt, open_sealed, seal
from webapp.db import db
from webapp.guard import limiter
from webapp.htmx import see_other
from webapp.subjects import trail

LASTS = timedelta(minutes=5)
P = ParamSpec("P")
R = TypeVar("R", bound=ResponseReturnValue)


@dataclass(frozen=True)
class Way:
    """A way to prove it. The form's validation is the proof; the template shows its fields and its button."""

    name: str
    form: type[Form]
    template: str
    offered: Callable[[Account], bool]


_ways: list[Way] = []


def offer(way: Way) -> None:
    _ways.append(way)


offer(Way("password", PasswordProofForm, "accounts/_proof_password.html", offered=lambda _account: True))


def fresh_proof(view: Callable[P, R]) -> Callable[P, R | Response]:
    """Under the access mark: the person was proved to be the owner in the last 5 minutes."""

    @wraps(view)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> R | Response:
        if request.method in {"GET", "HEAD"}:
            return view(*args, **kwargs) if is_fresh(now=utc_now()) else see_other(_proof_page())
        form = None if is_fresh(now=utc_now()) else attempt(now=utc_now())
        if is_fresh(now=utc_now()):
            _restore_entries()
            return view(*args, **kwargs)
        return ask(_here(), form, kept=request.form.get("kept") or _sealed_entries())

    guarded.needs_fresh_proof = True  # type: ignore[attr-defined]  # a mark on a function has no typed form
    return guarded


def is_needed(view: Callable[..., object]) -> bool:
    return hasattr(view, "needs_fresh_proof")


def is_fresh(*, now: datetime) -> bool:
    device: DeviceSession = current_user.device
    return device.proved_at > now - LASTS


def note(*, now: datetime) -> None:
    """The owner just proved it, here or in a form that asks for the current password anyway."""
    current_user.device.proved_at = now
    guessing.was_right(Door.PROOF, current_user.subject.address_hash, device=str(current_user.device.id))


def take_turn(*, now: datetime) -> None:
    """Whoever took over a device may not guess there for long; the owner's other devices are not held up by it."""
    try:
        guessing.take_turn(Door.PROOF, current_user.subject.address_hash, device=str(current_user.device.id), now=now)
    except TooManyGuesses:
        db.session.rollback()
        abort(429)


def attempt(*, now: datetime) -> Form | None:
    """Tries what was posted; the form then says what was wrong with it. None: no proof was posted."""
    way = next((way for way in _offered() if way.name == request.form.get("proof_way")), None)
    return _validated(way, now=now) if way else None


def ask(action: str, tried: Form | None, **hidden: str) -> Response:
    """The proof page, as an answer to any request. `hidden` goes along with the proof."""
    forms = [(way, tried if isinstance(tried, way.form) else way.form(formdata=None)) for way in _offered()]
    page = render_template("accounts/proof.html", action=action, forms=forms, hidden=hidden)
    response = make_response(page, 200 if request.method == "GET" else 422)
    response.headers["HX-Retarget"] = response.headers["HX-Reselect"] = "#main"  # whatever part it was asked for
    response.headers["HX-Reswap"] = "outerHTML"
    return response


@limiter.limit("20 per minute")
def _validated(way: Way, *, now: datetime) -> Form:
    form = way.form()
    take_turn(now=now)
    if form.validate_on_submit():
        note(now=now)
    else:
        trail.record(Action.PROOF_REFUSED, current_user.subject, now=now, way=way.name)
    db.session.commit()
    return form


def _offered() -> list[Way]:
    return [way for way in _ways if way.offered(current_user.account)]


def _here() -> str:
    return request.full_path.rstrip("?")


def _proof_page() -> str:
    return url_for("accounts.proof", next=_here())


def _sealed_entries() -> str:
    """Only for this sign-in and this address. It may hold a new password, which no page shall show."""
    entries = json.dumps(list(request.form.items(multi=True))).encode()
    return urlsafe_b64encode(seal(trail.data_key(current_user.subject), entries, context=_context())).decode()


def _restore_entries() -> None:
    """The view gets the form as it was before the proof page came in between."""
    if "kept" not in request.form:
        return
    try:
        sealed = urlsafe_b64decode(request.form["kept"])
        entries = json.loads(open_sealed(trail.data_key(current_user.subject), sealed, context=_context()))
    except (ValueError, CannotDecrypt):
        abort(400)
    request.form = ImmutableMultiDict([(name, value) for name, value in entries])


def _context() -> bytes:
    return f"entries {current_user.device.id} {_here()}".encode()
