"""What a mail server refuses while we send: if it says that there is no such mailbox, nothing goes there any more."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.dialects.postgresql import insert

from webapp.campaigns.claims import Claimed
from webapp.consents import suppressions
from webapp.consents.models import SuppressionReason
from webapp.db import db
from webapp.mail.bounces import severity
from webapp.mail.bounces.models import ReturnedEmail, ReturnKind
from webapp.mail.delivery import Outcome
from webapp.mail.models import State


def take_in(claimed: Claimed, outcomes: Sequence[Outcome], *, now: datetime) -> None:
    refused = {int(outcome.key): outcome for outcome in outcomes if _is_for_good(outcome)}
    if not refused:
        return
    people = {row.id: row.subject_id for row in claimed.rows if row.id in refused}
    rows = [
        {
            "subject_id": people[key],
            "at": now,
            "kind": ReturnKind.HARD_BOUNCE,
            "delivery_id": key,
            "campaign_id": claimed.send.campaign_id,
            "status": severity.status_in(outcome.reply),
            "words": outcome.reply,
        }
        for key, outcome in refused.items()
    ]
    db.session.execute(insert(ReturnedEmail).values(rows).on_conflict_do_nothing())
    suppressions.add(people.values(), SuppressionReason.HARD_BOUNCE, now=now)


def _is_for_good(outcome: Outcome) -> bool:
    if outcome.state is not State.FAILED or not outcome.reply.startswith("5"):
        return False
    return severity.is_permanent(severity.status_in(outcome.reply), outcome.reply)
