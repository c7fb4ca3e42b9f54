"""One send, with every part of it killed at random moments; then the ledger is held against what the relay got.

`make chaos` does it at full size. The kills are drawn from a seed, which is printed: `make chaos SEED=7` repeats them.
"""

import os
import random
import signal
import time
from collections import Counter
from functools import partial
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import select

from tests.deep import sink
from tests.deep.installation import Installation
from tests.people import topic
from tests.readers import is_sent, people, start_campaign
from webapp.campaigns.models import Delivery
from webapp.db import db
from webapp.mail.models import State
from webapp.mail.rendering import message_id
from webapp.queue import Queue

RECIPIENTS = int(os.environ.get("CHAOS_RECIPIENTS", "3000"))
KILLS = int(os.environ.get("CHAOS_KILLS", "4"))
SEED = int(os.environ.get("SEED") or random.randrange(1_000_000))
WORKER = "campaigns"
VICTIMS = (WORKER, "postgres", "valkey", "relay")

pytestmark = [pytest.mark.deep, pytest.mark.timeout(60 + 60 * KILLS)]


def test_whatever_is_killed_in_the_middle_everybody_gets_it_and_nobody_twice(
    candor: Installation, mailbag: Path
) -> None:
    print(f"\nSEED={SEED}: {KILLS} kills within a send to {RECIPIENTS}")
    topic_id = topic()
    people(RECIPIENTS, topic_id)
    campaign_id = start_campaign(topic_id)
    kill_at_random(candor, mailbag)
    candor.wait("the campaign is sent", partial(is_sent, campaign_id), within=300)
    reconcile(ledger(campaign_id), Counter(email.message_id for email in sink.received(mailbag)))


def kill_at_random(candor: Installation, mailbag: Path) -> None:
    """As many of each kind, in any order, each when some number of emails has arrived, and a little later."""
    chance = random.Random(SEED)
    kinds = [VICTIMS[number % len(VICTIMS)] for number in range(KILLS)]
    chance.shuffle(kinds)
    for kind, moment in zip(kinds, sorted(chance.sample(range(RECIPIENTS - 100), KILLS)), strict=True):
        candor.wait(f"{moment} emails arrived", partial(has, mailbag, moment), within=120)
        time.sleep(chance.random() / 20)
        candor.wait(f"{kind} is there to be killed", partial(is_running, candor, kind))
        print(f"kill {kind} when {sink.count(mailbag)} have arrived")
        os.kill(chance.choice(pids(candor, kind)), signal.SIGKILL)


def reconcile(ledger: dict[str, State], received: Counter[str]) -> None:
    states = Counter(ledger.values())
    print(f"{sum(received.values())} received; ledger: {dict(states)}")
    sent = {key for key, state in ledger.items() if state is State.SENT}
    assert len(ledger) == RECIPIENTS
    assert [key for key, times in received.items() if times > 1] == [], "somebody got it twice"
    assert received.keys() - ledger.keys() == set(), "somebody got what the ledger does not know"
    assert sent - received.keys() == set(), "the ledger says sent what never arrived"
    assert set(states) <= {State.SENT, State.UNCERTAIN}, "somebody was left out"
    assert states[State.UNCERTAIN] <= RECIPIENTS / 100
    # Only what was on the wire when a worker or the relay died can be in doubt.
    assert states[State.UNCERTAIN] <= 2 * KILLS


def ledger(campaign_id: UUID) -> dict[str, State]:
    rows = db.session.execute(select(Delivery.id, Delivery.state).where(Delivery.campaign_id == campaign_id))
    return {f"<{message_id(f'{campaign_id.hex}.{row.id}')}>": row.state for row in rows}


def has(mailbag: Path, emails: int) -> bool:
    return sink.count(mailbag) >= emails


def is_running(candor: Installation, kind: str) -> bool:
    return bool(pids(candor, kind))


def pids(candor: Installation, kind: str) -> list[int]:
    if kind == WORKER:
        return [worker.pid for worker in candor.workers(Queue.CAMPAIGNS)]
    return [candor.parts[kind].pid] if candor.parts[kind].is_running else []
