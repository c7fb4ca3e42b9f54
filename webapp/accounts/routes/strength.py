"""How strong a password is, while it is typed. It is looked at and forgotten: nothing here is kept or logged."""

from flask import Response, make_response, request
from flask.typing import ResponseReturnValue
from flask_login import current_user

from webapp.access import public
from webapp.accounts import credentials, password_resets, passwords, strength
from webapp.accounts.models import Account
from webapp.accounts.routes.blueprint import blueprint
from webapp.accounts.routes.password import reset_token
from webapp.clock import utc_now
from webapp.config import settings
from webapp.guard import limiter
from webapp.htmx import render
from webapp.links import LinkProblem

WHILE_TYPING = "40 per minute"
ABOUT_A_PERSON = ("email", "given_name", "family_name", "organization")


@blueprint.post("/password/new/strength")
@public
@limiter.limit(WHILE_TYPING, on_breach=lambda _limit: _say_nothing())
def password_strength() -> ResponseReturnValue:
    password, account = request.form.get("password", "")[: passwords.LONGEST + 1], _account()
    shortest = credentials.shortest_password(account) if account else passwords.SHORTEST
    own = [*(account.known_words if account else _entered()), settings().company_name]
    return render(
        "accounts/_password_strength.html",
        length=len(password),
        shortest=shortest,
        score=strength.score(password, own=own),
        problem=passwords.problem(password, own=own, shortest=shortest),
    )


def _account() -> Account | None:
    """Whose password it will be: of who is signed in, or came by the link in an email. None: somebody signs up."""
    if current_user.is_authenticated:
        account: Account = current_user.account
        return account
    try:
        return password_resets.read(reset_token(), now=utc_now()).account
    except LinkProblem:
        return None


def _entered() -> list[str]:
    return [request.form.get(name, "")[:100] for name in ABOUT_A_PERSON]


def _say_nothing() -> Response:
    """The page keeps what it shows; the form itself is still checked."""
    return make_response("", 204)
