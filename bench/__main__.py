"""How fast a campaign goes out, beside the least a program can do: `smtplib` in a loop, with no row per recipient.

Both send the same emails, built by Python's `EmailMessage`, to the same server on this machine, one after the other in
one run. The last line is a JSON object; `ratio` is the time of a campaign over that of the loop. Lower is better.
"""

import json
import smtplib
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import uuid4

from flask import Flask
from sqlalchemy import select

from deploy.demo.database import prepare_database
from deploy.demo.environment import make_environment
from deploy.demo.services import free_port, start_postgres, start_valkey
from webapp.app import create_app
from webapp.campaigns import audience, sending, statistics
from webapp.campaigns.audience import Recipient
from webapp.campaigns.models import Campaign, CampaignState
from webapp.campaigns.rendering import Text, compile_campaign
from webapp.clock import utc_now
from webapp.config import settings
from webapp.consents.models import Topic
from webapp.db import db
from webapp.mail.rendering import compose, message_id
from webapp.mail.smtp.relay import Relay
from webapp.subjects.models import Subject

ROUNDS = 3
BODY = "Hello {{ given_name | there }},\n\n" + "since this morning **river water** cools every server of ours.\n\n" * 40


def main() -> None:
    with TemporaryDirectory() as folder, _app(Path(folder)) as app, app.app_context():
        loops, campaigns = [], []
        for _round in range(ROUNDS):
            campaign = _draft()
            readers = _readers(campaign)
            loops.append(_timed(_loop, campaign, readers))
            campaigns.append(_timed(_send, campaign))
            assert statistics.figures(campaign).sent == len(readers)
            print(f"{len(readers)} emails: loop {loops[-1]:.2f} s, campaign {campaigns[-1]:.2f} s")
    rates = {"loop_per_s": len(readers) / min(loops), "campaign_per_s": len(readers) / min(campaigns)}
    print(json.dumps({"emails": len(readers), **rates, "ratio": min(campaigns) / min(loops)}))


def _draft() -> Campaign:
    topic = db.session.scalars(select(Topic).order_by(Topic.position)).first()
    campaign = Campaign(topic=topic, subject="News for {{ given_name | you }}", body=BODY, changed_at=utc_now())
    db.session.add(campaign)
    db.session.commit()
    return campaign


def _readers(campaign: Campaign) -> list[Recipient]:
    people = db.session.scalars(select(Subject.id).where(audience.wants(campaign.topic_id)))
    return [audience.recipient(subject_id) for subject_id in people.all()]


def _loop(campaign: Campaign, readers: list[Recipient]) -> None:
    languages = {reader.language for reader in readers}
    text = Text(campaign.subject, campaign.body)
    letters = {language: compile_campaign(campaign, text, language) for language in languages}
    with smtplib.SMTP(settings().smtp_host, settings().smtp_port) as server:
        for reader in readers:
            letter = letters[reader.language].letter(reader)
            local = message_id(uuid4().hex)
            server.send_message(compose(letter.rendered, to=reader.email, message_id=local, headers=letter.headers))


def _send(campaign: Campaign) -> None:
    """What one worker does, from the snapshot of the audience to the last outcome written down."""
    campaign.state, campaign.sending_since = CampaignState.SENDING, utc_now()
    db.session.commit()
    with Relay() as relay:
        for _ in sending.send_for_a_while(relay, worker=uuid4(), until=utc_now() + timedelta(minutes=5)):
            db.session.commit()


def _timed(work: Callable[..., None], *args: Any) -> float:
    begin = time.perf_counter()
    work(*args)
    return time.perf_counter() - begin


@contextmanager
def _app(folder: Path) -> Iterator[Flask]:
    port = free_port()
    sink = [sys.executable, "-m", "aiosmtpd", "-n", "-c", "aiosmtpd.handlers.Sink", "-l", f"127.0.0.1:{port}"]
    with start_postgres(folder) as postgres, start_valkey(folder) as valkey, subprocess.Popen(sink) as server:
        services = {"DATABASE_URL": postgres.url, "REDIS_URL": valkey.url}
        prepare_database(folder, make_environment(folder, port=free_port(), smtp_port=port, services=services))
        try:
            yield create_app()
        finally:
            server.terminate()


if __name__ == "__main__":
    main()
