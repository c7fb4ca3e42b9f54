"""Telling the company's other systems of changes."""

from jobs.job import job
from webapp.clock import utc_now
from webapp.integrations.webhooks import letters


@job
def send_webhooks() -> None:
    letters.write(now=utc_now())
