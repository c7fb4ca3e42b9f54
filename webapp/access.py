"""Who may use a route. Every route says so, and a test finds the one that does not.

    @blueprint.get("/account")
    @allow(Role.CUSTOMER)
    def overview(): ...

`webapp/app.py` asks `may_use` before each request, so a forgotten decorator closes a route instead of opening it.
"""

from collections.abc import Callable
from enum import StrEnum
from typing import ParamSpec, TypeVar

from flask_babel import LazyString
from werkzeug.exceptions import HTTPException

P = ParamSpec("P")
R = TypeVar("R")


class Role(StrEnum):
    CUSTOMER = "customer"
    MARKETER = "marketer"
    SUPPORT = "support"
    PRIVACY_OFFICER = "privacy_officer"
    ADMINISTRATOR = "administrator"


class Scope(StrEnum):
    """What a key of another system of the company may do."""

    INTERACTIONS_WRITE = "interactions:write"
    CUSTOMERS_READ = "customers:read"
    CUSTOMERS_WRITE = "customers:write"
    PRODUCTS_READ = "products:read"
    PRODUCTS_WRITE = "products:write"
    INVOICES_READ = "invoices:read"
    INVOICES_WRITE = "invoices:write"
    PAYMENT_METHODS_READ = "payment-methods:read"
    PAYMENT_METHODS_WRITE = "payment-methods:write"
    DISCLOSURES_READ = "disclosures:read"
    DISCLOSURES_WRITE = "disclosures:write"
    CONFIRMATIONS_WRITE = "confirmations:write"


EVERYBODY_SIGNED_IN = frozenset(Role)
MARKETING = frozenset({Role.MARKETER, Role.ADMINISTRATOR})
STAFF = frozenset({Role.SUPPORT, Role.PRIVACY_OFFICER, Role.ADMINISTRATOR})
ADMINISTRATION = frozenset({Role.ADMINISTRATOR})
POLICY = frozenset({Role.PRIVACY_OFFICER, Role.ADMINISTRATOR})
RECOVERY = frozenset({Role.SUPPORT, Role.ADMINISTRATOR})


class Refused(HTTPException):
    """A request that is turned away, with the reason in words for the person."""

    def __init__(self, code: int, title: LazyString | str, message: LazyString | str) -> None:
        super().__init__()
        self.code, self.title, self.message = code, title, message


def public(view: Callable[P, R]) -> Callable[P, R]:
    """Anyone may use this route, signed in or not."""
    view.allowed = None  # type: ignore[attr-defined]  # a mark on a function has no typed form
    return view


def allow(roles: frozenset[Role]) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Only a signed-in person with one of these roles may use this route."""

    def mark(view: Callable[P, R]) -> Callable[P, R]:
        view.allowed = roles  # type: ignore[attr-defined]  # as above
        return view

    return mark


def only_with_key(view: Callable[P, R], scope: Scope) -> Callable[P, R]:
    """No person may use this route, only a system with a key for it. `webapp/api/bearer.py` looks at the key."""
    view.allowed, view.scope = frozenset(), scope  # type: ignore[attr-defined]  # as above
    return view


def even_when_closed(view: Callable[P, R]) -> Callable[P, R]:
    """Under the access mark: also for who closed their account. Everything else that asks for a sign-in is shut."""
    view.even_when_closed = True  # type: ignore[attr-defined]  # as above
    return view


def is_open_when_closed(view: Callable[..., object]) -> bool:
    return is_public(view) or hasattr(view, "even_when_closed")


def declared(view: Callable[..., object]) -> bool:
    return hasattr(view, "allowed")


def is_public(view: Callable[..., object]) -> bool:
    return declared(view) and view.allowed is None  # type: ignore[attr-defined]  # as above


def may_use(view: Callable[..., object], role: Role | None) -> bool:
    """`role` is None for a visitor who is not signed in."""
    return is_public(view) or (declared(view) and role in view.allowed)  # type: ignore[attr-defined]  # as above


def scope_of(view: Callable[..., object]) -> Scope | None:
    return getattr(view, "scope", None)


def is_for_work(view: Callable[..., object]) -> bool:
    """Whether only people who work here use it: staff and marketers, but no customer."""
    return declared(view) and any(may_use(view, role) for role in Role) and not may_use(view, Role.CUSTOMER)
