"""Receipts of erasures."""

from jobs.job import job
from webapp.clock import utc_now
from webapp.db import db
from webapp.mail.smtp.relay import Relay, RelayDown
from webapp.privacy.receipts import making, sending


@job
def send_receipts() -> None:
    for _ in making.make_due(now=utc_now()):
        db.session.commit()
    try:
        with Relay() as relay:
            for _ in sending.send_due(relay, now=utc_now()):
                db.session.commit()
    except RelayDown:
        return  # the next turn tries again
