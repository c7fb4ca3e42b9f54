"""Every kind of email that Candor sends to one person, registered by the package it belongs to.

    @service_email("accounts/confirm_sign_up", title=_l("Confirm your sign-up"), reason=_l("Someone signed up with …"))
    def confirm_sign_up(message: Message) -> Content: ...

The function is called at the moment of sending; its links are made there.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from flask_babel.speaklater import LazyString

from webapp.mail.models import Message
from webapp.mail.rendering import Attachment, Rendered


class Obsolete(Exception):
    """The email makes no sense any more (its request was withdrawn); it is suppressed instead of sent."""


@dataclass(frozen=True)
class Content:
    """What one email says: the variables of its templates, or the finished text when it has none.

    `to` is given when it goes to another address than the subject's.
    """

    variables: dict[str, Any] = field(default_factory=dict)
    rendered: Rendered | None = None
    headers: dict[str, str] = field(default_factory=dict)
    to: str | None = None
    attachments: Sequence[Attachment] = ()


Compose = Callable[[Message], Content]


@dataclass(frozen=True)
class ServiceEmail:
    """An email with no opt-out, because the person asked for it or must know. `name` is its folder in `emails/`.

    `title` stands for it in the list of emails that a person got, where its real subject line is not known any more.
    `when_sent` is called in the transaction that notes that the relay took it.
    """

    name: str
    title: LazyString
    reason: LazyString
    compose: Compose
    when_sent: Callable[[Message], None] | None = None


catalogue: dict[str, ServiceEmail] = {}


def service_email(
    name: str, *, title: LazyString, reason: LazyString, when_sent: Callable[[Message], None] | None = None
) -> Callable[[Compose], Compose]:
    def register(compose: Compose) -> Compose:
        catalogue[name] = ServiceEmail(name, title, reason, compose, when_sent)
        return compose

    return register
