"""Nothing is lost and nothing is done twice, whatever is killed in the middle (recovery limit: 60 seconds)."""

import os
import signal
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial
from pathlib import Path
from uuid import UUID

import psutil
import pytest
import redis
from sqlalchemy import func, select

from tests.deep.installation import Installation, installation
from tests.people import person, topic
from tests.readers import is_sent, people, start_campaign
from tests.relay import TestRelay
from webapp.campaigns.models import Delivery
from webapp.clock import utc_now
from webapp.config import Settings
from webapp.db import db
from webapp.mail.models import Message, State
from webapp.privacy import exports
from webapp.privacy.models import DataExport, ExportState
from webapp.queue import Queue
from webapp.subjects.models import Subject

pytestmark = [pytest.mark.deep, pytest.mark.timeout(300)]

RECIPIENTS = 2_000
RECOVERY_LIMIT = 60.0
Disaster = Callable[[Installation], None]


def kill_campaign_worker(candor: Installation) -> None:
    candor.workers(Queue.CAMPAIGNS)[0].kill()


def kill_export_worker(candor: Installation) -> None:
    candor.workers(Queue.PRIVACY)[0].kill()


def kill_what_the_workers_were_forked_from(candor: Installation) -> None:
    os.kill(candor.parts["workers"].pid, signal.SIGKILL)


def kill_every_process(candor: Installation) -> None:
    crew = candor.crew()
    kill_what_the_workers_were_forked_from(candor)
    for process in crew:
        with suppress(psutil.NoSuchProcess):
            process.kill()


def wipe_the_queue(candor: Installation) -> None:
    redis.Redis.from_url(candor.app.extensions["settings"].redis_url).flushall()


@pytest.fixture
def candor(tmp_path: Path, settings: Settings, relay: TestRelay) -> Iterator[Installation]:
    with installation(tmp_path, settings, smtp_port=relay.port) as running:
        yield running


@pytest.mark.parametrize(
    "disaster",
    [kill_campaign_worker, wipe_the_queue, kill_what_the_workers_were_forked_from, kill_every_process],
)
def test_a_campaign_survives(disaster: Disaster, candor: Installation, relay: TestRelay) -> None:
    campaign_id = campaign_under_way(candor, relay)
    disaster(candor)
    candor.wait("the campaign is sent", partial(is_sent, campaign_id), within=RECOVERY_LIMIT)
    times_received = Counter(mail.to for mail in relay.received)
    assert max(times_received.values()) == 1, "somebody got it twice"
    rows = db.session.execute(select(Subject.email, Delivery.state).join(Delivery, Delivery.subject_id == Subject.id))
    ledger = {row.email: row.state for row in rows}
    uncertain = [email for email, state in ledger.items() if state is State.UNCERTAIN]
    left_out = [email for email in ledger if email not in times_received and email not in uncertain]
    assert len(ledger) == RECIPIENTS
    assert left_out == []
    assert len(uncertain) <= RECIPIENTS / 100


def test_workers_that_are_told_to_end_leave_nothing_in_doubt(candor: Installation, relay: TestRelay) -> None:
    campaign_id = campaign_under_way(candor, relay)
    crew = candor.crew()
    candor.parts["workers"].ask_to_end()
    assert psutil.wait_procs(crew, timeout=15)[1] == []
    held = select(func.count()).where(Delivery.state.in_([State.CLAIMED, State.UNCERTAIN]))
    assert db.session.scalar(held.where(Delivery.campaign_id == campaign_id)) == 0


@pytest.mark.parametrize("disaster", [kill_export_worker, wipe_the_queue, kill_every_process])
def test_a_copy_survives(disaster: Disaster, candor: Installation, relay: TestRelay) -> None:
    who = person()
    [worker] = candor.workers(Queue.PRIVACY)
    worker.suspend()  # so that the request is surely not finished when disaster strikes
    export = exports.request(db.session.get_one(Subject, who.id), now=utc_now())
    export_id = export.id
    db.session.commit()
    disaster(candor)
    with suppress(psutil.NoSuchProcess):
        worker.resume()

    def ready() -> bool:
        return db.session.get_one(DataExport, export_id).state is ExportState.READY

    candor.wait("the copy is ready", ready, within=RECOVERY_LIMIT)
    candor.wait("the email is out", lambda: len(relay.to(who.email)) == 1)
    assert db.session.scalar(select(func.count()).select_from(Message)) == 1


def campaign_under_way(candor: Installation, relay: TestRelay) -> UUID:
    """A quarter of it is sent."""
    topic_id = topic()
    people(RECIPIENTS, topic_id)
    campaign_id = start_campaign(topic_id)
    candor.wait("a quarter is sent", lambda: len(relay.received) > RECIPIENTS / 4)
    return campaign_id
