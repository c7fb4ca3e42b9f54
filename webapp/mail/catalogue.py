"""Every kind of email that Candor sends to one person, registered by the package it belongs to.

    @service_email("accounts/confirm_sign_up", reason=_l("You are getting this because someone signed up with this address."))
    def confirm_sign_up(message: Message) -> Content: ...

The function is called at the moment of sending; its links are made there.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from flask_babel.speaklater import LazyString

from webapp.mail.models import Message


class Obsolete(Exception):
    """The email makes no sense any more (its request was withdrawn); it is suppressed instead of sent."""


@dataclass(frozen=True)
class Content:
    """What one email says: the variables of its templates, and another address than the subject's when it is not for that."""

    variables: dict[str, Any] = field(default_factory=dict)
    to: str | None = None


Compose = Callable[[Message], Content]


@dataclass(frozen=True)
class ServiceEmail:
    """An email with no opt-out, because the person asked for it or must know. `name` is its folder in `emails/`."""

    name: str
    reason: LazyString
    compose: Compose


catalogue: dict[str, ServiceEmail] = {}


def service_email(name: str, *, reason: LazyString) -> Callable[[Compose], Compose]:
    def register(compose: Compose) -> Compose:
        catalogue[name] = ServiceEmail(name, reason, compose)
        return compose

    return register
