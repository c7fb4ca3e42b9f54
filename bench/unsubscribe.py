"""How many people can unsubscribe by the button of their mail program while a campaign goes out, beside the least that
a web application can do: a bare Flask route with one INSERT. `make bench-unsubscribe`, or `python -m bench.unsubscribe`

The same server serves both with the same settings, turn and turn about, while campaigns go out to 200,000 people, among
whom they are. What the unsubscribing sets off (the audit log, the journal, the webhooks, the figures of the campaign)
runs meanwhile. The last line is a JSON object: `vs_bare_insert` is the rate of the one-click POSTs (RFC 8058) over that
of the bare route, `p99_ratio` the same of the time within which 99 % of the answers came; the median of each counts.
"""

import argparse
import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from uuid import UUID

from sqlalchemy import text

from bench.clicking import Answers, click
from bench.mailroom import PROCFILE, Mailroom, campaign, mailroom, sent, start
from deploy.demo.processes import Process, Program, read_procfile
from deploy.demo.services import free_port
from webapp.campaigns.models import Campaign
from webapp.consents.unsubscribe_links import token_for
from webapp.db import db
from webapp.subjects import subjects
from webapp.subjects.addresses import address_hash

READERS = 200_000
LEAVING = 100_000
WARM_UP = 1.0
BARE_TABLE = """
CREATE TABLE bare_rows (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text, said text, at timestamptz)
"""
SUBSCRIBE = """
INSERT INTO subscriptions (subject_id, topic_id, subscribed, changed_at)
SELECT unnest(CAST(:people AS uuid[])), (SELECT id FROM topics WHERE slug = 'many'), true, now()
"""


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=6)
    chosen = parser.parse_args()
    bare: list[Answers] = []
    ours: list[Answers] = []
    with TemporaryDirectory() as folder, mailroom(Path(folder), audiences={"many": READERS}, workers=2) as room:
        leaving = _write_down_leaving()
        with _bare_server(Path(folder)) as bare_port:
            for _round in range(chosen.rounds):
                going = _under_way()
                bare.append(_measured("bare INSERT", room, bare_port, _rows(), chosen.seconds))
                ours.append(_measured("one click", room, room.port, _links(leaving, going), chosen.seconds))
    ratios = {
        "vs_bare_insert": median(one.rate for one in ours) / median(one.rate for one in bare),
        "p99_ratio": median(one.percentile(99) for one in ours) / median(one.percentile(99) for one in bare),
    }
    print(json.dumps({name: round(ratio, 2) for name, ratio in ratios.items()}))


def _write_down_leaving() -> Iterator[UUID]:
    """People with a key each, who get what all others get."""
    addresses = [f"leaving{number}@example.org" for number in range(LEAVING)]
    known = subjects.find_or_create_all({address_hash(address): (address, "en") for address in addresses})
    db.session.execute(text(SUBSCRIBE), {"people": list(known.values())})
    db.session.execute(text(BARE_TABLE))
    db.session.commit()
    return iter(known.values())


@contextmanager
def _bare_server(folder: Path) -> Iterator[int]:
    """Started as ours is."""
    port = free_port()
    [web] = [one for one in read_procfile(PROCFILE, {**os.environ, "PORT": str(port)}) if one.name == "web"]
    command = [part.replace("wsgi:app", "bench.bare:app") for part in web.command]
    process = Process(Program("bare", command, web.environment), folder / "bare.log")
    try:
        yield port
    finally:
        process.end()


def _under_way() -> Campaign:
    going = campaign("many")
    start(going)
    while not sent(going):
        time.sleep(0.1)
    return going


def _rows() -> Iterator[str]:
    return (f"/rows/{number}" for number in count())


def _links(leaving: Iterator[UUID], going: Campaign) -> Iterator[str]:
    topic, key = going.topic_id, going.id
    return (f"/unsubscribe/{token_for(one, topic_id=topic, campaign_id=key)}" for one in leaving)


def _measured(name: str, room: Mailroom, port: int, paths: Iterator[str], seconds: float) -> Answers:
    click(port, paths, seconds=WARM_UP)
    used, emails = room.cpu_seconds(), _emails()
    answers = click(port, paths, seconds=seconds)
    each = {part: (now - used[part]) / len(answers.seconds) * 1e6 for part, now in room.cpu_seconds().items()}
    print(
        f"{name}: {answers.rate:.0f} per s, half within {answers.percentile(50) * 1000:.1f} ms, "
        f"99 % within {answers.percentile(99) * 1000:.1f} ms, "
        f"beside {(_emails() - emails) / seconds:.0f} emails per s;",
        ", ".join(f"{part} {spent:.0f} µs" for part, spent in each.items() if spent >= 1),
        flush=True,
    )
    assert not answers.bad, f"{answers.bad} answers were not 200"
    return answers


def _emails() -> int:
    total = db.session.scalar(text("SELECT coalesce(sum(delta), 0) FROM campaign_counts WHERE figure = 'sent'"))
    db.session.rollback()
    return int(total or 0)


if __name__ == "__main__":
    main()
