"""What a mail server refuses while we send: if it says that there is no such mailbox, nothing goes there any more."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, func, select
from sqlalchemy.dialects.postgresql import insert

from webapp.campaigns.claims import Claimed
from webapp.campaigns.models import Campaign, Refusal
from webapp.consents import suppressions
from webapp.consents.models import SuppressionReason
from webapp.db import db
from webapp.mail.bounces import severity
from webapp.mail.bounces.models import ReturnedEmail, ReturnKind
from webapp.mail.delivery import Outcome
from webapp.mail.models import State

MOST = 50  # of a campaign are shown on its page


def take_in(claimed: Claimed, outcomes: Sequence[Outcome], *, now: datetime) -> None:
    _note([int(outcome.key) for outcome in outcomes if outcome.state is State.FAILED], claimed.send.campaign_id)
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


def _note(failed: Sequence[int], campaign_id: UUID) -> None:
    if failed:
        known = db.session.scalar(select(func.count()).where(Refusal.campaign_id == campaign_id)) or 0
        some = select(Campaign.id, func.unnest(list(failed[: max(MOST - known, 0)]), type_=BigInteger))
        noting = insert(Refusal).from_select(["campaign_id", "delivery_id"], some.where(Campaign.id == campaign_id))
        db.session.execute(noting.on_conflict_do_nothing())


def _is_for_good(outcome: Outcome) -> bool:
    if outcome.state is not State.FAILED or not outcome.reply.startswith("5"):
        return False
    return severity.is_permanent(severity.status_in(outcome.reply), outcome.reply)
