"""An installation that sends: PostgreSQL, Valkey, each line of the Procfile and a server that swallows every email,
all in processes of their own, with many people who agreed to get emails."""

import logging
import os
import shutil
import socket
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import flask_migrate
import psutil
from sqlalchemy import func, select, text

from deploy.demo.environment import make_environment
from deploy.demo.processes import Program, Supervisor, read_procfile
from deploy.demo.services import free_port, start_postgres, start_valkey
from webapp.app import create_app
from webapp.campaigns import sending
from webapp.campaigns.models import Campaign, CampaignCount, CampaignState
from webapp.clock import utc_now
from webapp.consents.models import Topic
from webapp.db import db
from webapp.queue import Queue
from webapp.subjects import subjects

PROCFILE = Path(__file__).parents[1] / "Procfile"
PART = 100_000

PARAGRAPH = (
    "since this morning **river water** cools every server of ours in Chur, and the heat that it takes along "
    "warms the [indoor pool](https://alpenglow.example/pool) next door.\n\n"
)
BODY = "Hello {{ given_name | there }},\n\n" + PARAGRAPH * 2 + "See you in the pool, {{ full_name | dear reader }}!\n"

ID = "(lpad(to_hex(n), 32, '0'))::uuid"
READERS = (
    f"INSERT INTO subjects (id, email, address_hash, language) "
    f"SELECT {ID}, 'reader' || n || '@example.org', sha256(n::text::bytea), 'en'",
    f"INSERT INTO profiles (subject_id, given_name, family_name, changed_at) "
    f"SELECT {ID}, 'Nora', 'Number ' || n, now()",
    f"INSERT INTO accounts (subject_id, password_hash, password_changed_at, role, confirmed_at) "
    f"SELECT {ID}, 'none', now(), 'customer', now()",
)
SUBSCRIPTIONS = (
    f"INSERT INTO subscriptions (subject_id, topic_id, subscribed, changed_at) SELECT {ID}, :topic, true, now()"
)


class Mailroom:
    """What runs. `port` is that of the web server, `sink_port` that of the server for emails."""

    def __init__(self, parts: Mapping[str, psutil.Process], *, port: int, sink_port: int) -> None:
        self._parts = parts
        self.port, self.sink_port = port, sink_port

    def cpu_seconds(self) -> dict[str, float]:
        """What each part has used so far; `worker` are those of the workers that send campaigns, together."""
        senders = sum(_cpu_seconds(sender) for sender in self._senders())
        return {name: _cpu_seconds(process) for name, process in self._parts.items()} | {"worker": senders}

    def peak_mb(self) -> float:
        """The most memory that one of the workers held so far."""
        return max(_peak_mb(sender) for sender in self._senders())

    def _senders(self) -> list[psutil.Process]:
        return [child for child in self._parts["workers"].children() if child.name() == Queue.CAMPAIGNS]


@contextmanager
def mailroom(folder: Path, *, audiences: Mapping[str, int], workers: int) -> Iterator[Mailroom]:
    """Ready to send by so many workers. Each audience has a topic that so many people agreed to. In an app context."""
    port, sink_port = free_port(), free_port()
    with start_postgres(folder) as postgres, start_valkey(folder) as valkey:
        urls = {"DATABASE_URL": postgres.url, "REDIS_URL": valkey.url}
        environment = make_environment(folder, port=port, smtp_port=sink_port, services=urls)
        environment["CAMPAIGN_WORKERS"] = str(workers)
        os.environ.update(environment)
        supervisor = Supervisor(folder / "log", print)
        try:
            with create_app().app_context():
                flask_migrate.upgrade()
                logging.disable()
                _write_down(audiences)
                programs = [_sink(sink_port), *read_procfile(PROCFILE, environment)]
                pids = {process.program.name: process.pid for process in supervisor.start(*programs)}
                pids |= {"postgresql": postgres.pid, "valkey": valkey.pid}
                _wait_until_open(sink_port, port)
                yield Mailroom(
                    {name: psutil.Process(pid) for name, pid in pids.items()}, port=port, sink_port=sink_port
                )
        finally:
            supervisor.end()


def campaign(audience: str) -> Campaign:
    """A draft of an email of more than 10 KB, to an audience. Commits."""
    [topic] = db.session.scalars(select(Topic).where(Topic.slug == audience))
    draft = Campaign(topic=topic, subject="News for {{ given_name | you }}", body=BODY, changed_at=utc_now())
    db.session.add(draft)
    db.session.commit()
    return draft


def start(draft: Campaign) -> datetime:
    """As the button does. Answers when that was."""
    now = utc_now()
    sending.start(draft, actor=subjects.find_or_create("maria@alpenglow.example", language="en"), now=now)
    db.session.commit()
    return now


def send(draft: Campaign, *, at_most: float = 300) -> tuple[datetime, int]:
    """Until it was sent, or this time is over. Answers when it began, and how many emails were sent."""
    began, end = start(draft), time.monotonic() + at_most
    while _state(draft) is not CampaignState.SENT and time.monotonic() < end:
        time.sleep(0.1)
    return began, sent(draft)


def sent(campaign: Campaign) -> int:
    counted = select(func.sum(CampaignCount.delta)).where(CampaignCount.figure == "sent")
    figure = db.session.scalar(counted.where(CampaignCount.campaign_id == campaign.id)) or 0
    db.session.rollback()
    return figure


def _state(campaign: Campaign) -> CampaignState:
    state = db.session.scalars(select(Campaign.state).where(Campaign.id == campaign.id)).one()
    db.session.rollback()
    return state


def _write_down(audiences: Mapping[str, int]) -> None:
    """Foreign keys are not checked meanwhile."""
    begun = time.perf_counter()
    db.session.execute(text("SET session_replication_role = replica"))
    for statement in READERS:
        _for_each(max(audiences.values()), statement)
    for position, (name, size) in enumerate(audiences.items()):
        topic = Topic(slug=name, titles={"en": name}, descriptions={}, position=100 + position)
        db.session.add(topic)
        db.session.flush()
        _for_each(size, SUBSCRIPTIONS, topic=topic.id)
    db.session.commit()
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE"))
        connection.execute(text("CHECKPOINT"))
    print(f"{max(audiences.values()):,} people written down in {time.perf_counter() - begun:.0f} s", flush=True)


def _for_each(people: int, statement: str, **values: object) -> None:
    numbers = "FROM generate_series(1, CAST(:people AS integer)) AS n"
    db.session.execute(text(f"{statement} {numbers}"), {"people": people, **values})


def _sink(port: int) -> Program:
    user = ["-u", "nobody"] if os.geteuid() == 0 else []
    return Program("sink", [program("smtp-sink"), *user, f"127.0.0.1:{port}", "1024"], os.environ)


def program(name: str) -> str:
    """Of Postfix, in a folder that not everybody looks into."""
    found = shutil.which(name, path=f"{os.environ.get('PATH', os.defpath)}:/usr/sbin:/usr/local/sbin")
    if found is None:
        raise SystemExit(f'{name} is missing: install the package "postfix"')
    return found


def _wait_until_open(*ports: int) -> None:
    end = time.monotonic() + 60
    for port in ports:
        while True:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            if time.monotonic() > end:
                raise SystemExit(f"Nothing answers on port {port}.")
            time.sleep(0.1)


def _cpu_seconds(process: psutil.Process) -> float:
    """With those of its children that run, and those that ran."""
    total = 0.0
    for one in [process, *process.children(recursive=True)]:
        try:
            total += sum(one.cpu_times()[:4])
        except psutil.NoSuchProcess:  # its parent counts it from now on
            continue
    return total


def _peak_mb(process: psutil.Process) -> float:
    status = Path(f"/proc/{process.pid}/status").read_text().splitlines()
    [peak] = [line.split()[1] for line in status if line.startswith("VmHWM")]
    return int(peak) / 1024
