"""Sending service messages, and looking after the relay."""

from datetime import timedelta
from uuid import UUID

from jobs.job import job, worker_name
from webapp import queue
from webapp.clock import utc_now
from webapp.db import db
from webapp.mail import messages
from webapp.mail.smtp.relay import Relay, RelayDown

SLICE = timedelta(seconds=10)
RELAY = UUID("7e1a9000-0000-4000-8000-000000000000")


@job
def send_messages() -> None:
    try:
        with Relay() as relay:
            for _ in messages.deliver_due(relay, worker=worker_name().id, until=utc_now() + SLICE):
                db.session.commit()
    except RelayDown:
        return  # what was claimed is released and due again in a moment


@job
def recover_messages() -> None:
    messages.recover(now=utc_now())


@job
def check_relay() -> None:
    try:
        with Relay() as relay:
            relay.open()
    except RelayDown:
        return  # no heartbeat: /readyz will say so
    queue.beat(RELAY, "mail", now=utc_now())
