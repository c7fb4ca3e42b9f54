"""The chain of events of one erasure, from the request to the receipt, without anything about the person.

It comes from the sealed audit log, from what other systems confirmed, and from the receipt: nobody wrote it by hand.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from flask_babel import LazyString
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from webapp import signatures
from webapp.audit import Action, AuditEntry
from webapp.db import db
from webapp.integrations import confirmations
from webapp.integrations.webhooks.models import Confirmation
from webapp.privacy.data_map.actions import ACTIONS
from webapp.privacy.erasure.models import Erasure
from webapp.privacy.receipts import making
from webapp.privacy.receipts.models import Receipt
from webapp.privacy.receipts.sending import NOBODY, NOT_TAKEN, REFUSED
from webapp.signatures import NotOurs

LINKS = [action for action in Action if action.startswith("erasure_")]
A_MOMENT = timedelta(seconds=1)

TROUBLES: dict[str, LazyString] = {
    REFUSED: _l("the mailbox refused it for good"),
    NOT_TAKEN: _l("no mail server took it for days"),
    NOBODY: _l("there was no address"),
}


@dataclass(frozen=True)
class Link:
    """`seal` is the position in the sealed log, where the event stands there."""

    at: datetime
    what: str
    seal: int | None = None
    tone: str = "neutral"


@dataclass(frozen=True)
class Chain:
    """`signed`: whether the receipt is as it was signed; None while there is none."""

    erasure: Erasure
    links: Sequence[Link]
    receipt: Receipt | None
    signed: bool | None

    @property
    def receipt_by(self) -> datetime:
        return making.at_the_latest(self.erasure)


def find(erasure_id: UUID) -> Chain | None:
    both = select(Erasure, Receipt).outerjoin(Receipt, Receipt.erasure_id == Erasure.id)
    found = db.session.execute(both.where(Erasure.id == erasure_id)).first()
    return _chain(*found) if found else None


def _chain(erasure: Erasure, receipt: Receipt | None) -> Chain:
    links = [*_logged(erasure), *_confirmed(confirmations.asked(erasure.id)), *_told(receipt)]
    return Chain(erasure, sorted(links, key=lambda link: link.at), receipt, _is_signed(receipt))


def _logged(erasure: Erasure) -> Iterator[Link]:
    """What the log says about the person's erasures while this one lasted."""
    mine = select(AuditEntry).where(AuditEntry.subject_id == erasure.subject_id, AuditEntry.action.in_(LINKS))
    for entry in db.session.scalars(mine.order_by(AuditEntry.id)):
        if entry.at >= erasure.asked_at - A_MOMENT and (erasure.finished_at is None or entry.at <= _over(erasure)):
            yield Link(entry.at, str(ACTIONS.get(Action(entry.action), entry.action)), seal=entry.position)


def _over(erasure: Erasure) -> datetime:
    return max(at for at in (erasure.finished_at, erasure.told_at, erasure.asked_at) if at) + A_MOMENT


def _confirmed(asked: Sequence[Confirmation]) -> Iterator[Link]:
    for each in asked:
        yield Link(each.asked_at, _("%(system)s was told", system=each.webhook.name))
        if each.confirmed_at:
            yield Link(each.confirmed_at, _("%(system)s confirmed", system=each.webhook.name), tone="success")


def _told(receipt: Receipt | None) -> Iterator[Link]:
    if receipt:
        yield Link(receipt.made_at, _("Receipt made and signed"))
        if receipt.trouble:
            yield Link(
                receipt.due_at, _("Receipt not delivered: %(why)s", why=TROUBLES[receipt.trouble]), tone="danger"
            )


def _is_signed(receipt: Receipt | None) -> bool | None:
    if receipt is None:
        return None
    try:
        signatures.verified(receipt.signed)
    except NotOurs:
        return False
    return True
