"""Reading what comes back, and forgetting what nobody understood."""

import logging
from datetime import timedelta

from jobs.job import job
from webapp import queue
from webapp.campaigns import returns
from webapp.clock import utc_now
from webapp.config import settings
from webapp.db import db
from webapp.mail.bounces.mailbox import Mailbox, MailboxDown
from webapp.mail.bounces.reading import read

log = logging.getLogger(__name__)

TURN = timedelta(seconds=10)
UNCLEAR_FOR = timedelta(days=30)


@job
def read_returns() -> None:
    if not settings().bounce_mailbox:
        return
    until = utc_now() + TURN
    try:
        with Mailbox() as mailbox:
            for waiting in mailbox.waiting():
                understood = returns.take_in(read(waiting.raw), now=utc_now())
                db.session.commit()
                if understood:
                    mailbox.remove(waiting)
                else:
                    mailbox.set_aside(waiting)
                if utc_now() > until:
                    queue.poke(queue.Job.READ_RETURNS)
                    break
    except MailboxDown as error:
        log.warning("the mailbox for bounces: %s", error)


@job
def forget_unclear() -> None:
    if not settings().bounce_mailbox:
        return
    try:
        with Mailbox() as mailbox:
            mailbox.forget_set_aside(before=(utc_now() - UNCLEAR_FOR).date())
    except MailboxDown as error:
        log.warning("the mailbox for bounces: %s", error)
