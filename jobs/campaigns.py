"""Sending campaigns, in short turns, and what keeps their ledger in order."""

from datetime import timedelta

from jobs.job import commit_each, job, worker_name
from webapp import partitions
from webapp.campaigns import claims, compaction, departures, pace, sending
from webapp.campaigns.models import Delivery
from webapp.clock import utc_now
from webapp.mail.delivery import WHILE_RELAY_IS_DOWN
from webapp.mail.smtp.relay import Relay, RelayDown

TURN = timedelta(seconds=10)


@job
def send_campaigns() -> None:
    now = utc_now()
    try:
        with Relay() as relay:
            commit_each(sending.send_for_a_while(relay, worker=worker_name().id, until=now + TURN))
        sending.hand_on(not_before=now)
    except RelayDown:
        sending.hand_on(not_before=utc_now() + WHILE_RELAY_IS_DOWN)


@job
def recover_deliveries() -> None:
    claims.recover(now=utc_now())


@job
def count_departures() -> None:
    departures.count()


@job
def prepare_ledger() -> None:
    """This month's partition and the next one, before anybody needs them."""
    month = partitions.month_of(utc_now())
    for needed in (month, partitions.next_month(month)):
        partitions.ensure(Delivery, needed)


@job
def compact_counts() -> None:
    compaction.compact(now=utc_now())


@job
def tidy_destinations() -> None:
    pace.tidy(now=utc_now())
