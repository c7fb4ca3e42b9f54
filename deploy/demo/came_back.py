"""What came back from the demo's campaigns, in the words of mail servers."""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import insert, select

from deploy.demo.people import Person
from webapp.campaigns.models import Delivery, Refusal
from webapp.campaigns.returns import FIGURES
from webapp.db import db
from webapp.mail.bounces.models import ReturnedEmail, ReturnKind
from webapp.mail.bounces.severity import status_in
from webapp.mail.models import State

NO_SUCH_MAILBOX = "550 5.1.1 The email account that you tried to reach does not exist"
DISCONTINUED = "550 5.2.1 This account has been disabled or discontinued"
FULL = "552 5.2.2 The recipient's mailbox is full"


class CameBack(NamedTuple):
    """A report, or what a server said while we were sending."""

    person: Person
    kind: ReturnKind
    at: datetime
    words: str = ""

    @property
    def figure(self) -> str:
        return FIGURES[self.kind]


def add(returns: Iterable[tuple[UUID, CameBack]]) -> None:
    """Each with the campaign that it is about."""
    rows = [
        {
            "subject_id": returned.person.id,
            "at": returned.at,
            "kind": returned.kind,
            "campaign_id": campaign_id,
            "status": status_in(returned.words),
            "words": returned.words,
        }
        for campaign_id, returned in returns
    ]
    if rows:
        db.session.execute(insert(ReturnedEmail), rows)


def note_refused() -> None:
    """For the pages of the campaigns, once their emails are written down."""
    failed = select(Delivery.campaign_id, Delivery.id).where(Delivery.state == State.FAILED)
    db.session.execute(insert(Refusal).from_select(["campaign_id", "delivery_id"], failed))
