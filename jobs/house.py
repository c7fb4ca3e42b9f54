"""What keeps the house in order."""

from datetime import timedelta

from jobs.job import job
from webapp import audit, links, queue
from webapp.api import idempotency
from webapp.clock import utc_now
from webapp.products import cancellations
from webapp.staff.customers import search


@job
def seal_audit() -> None:
    audit.seal_pending()


@job
def tidy_up() -> None:
    links.forget_expired(now=utc_now())
    search.forget_old(now=utc_now())
    idempotency.forget_old(now=utc_now())
    cancellations.end_due(now=utc_now())
    queue.forget_ticks(before=utc_now() - timedelta(days=2))
