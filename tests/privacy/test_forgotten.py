"""After an erasure nothing of the person is found anywhere but what the plan said stays: also in a restored backup."""

import re
import subprocess
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from io import BytesIO
from typing import Any
from urllib.parse import quote
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import Column, LargeBinary, delete, inspect, make_url, select

from deploy.demo.services import postgres_programs
from jobs.journal import write_journal
from jobs.receipts import send_receipts
from tests.accounts.hiding_places import disguises, in_redis, recorded_log
from tests.people import Person, person
from tests.privacy import canaries
from tests.privacy.vaults import Vault, at
from tests.relay import TestRelay
from webapp import storage
from webapp.clock import utc_now
from webapp.config import Settings
from webapp.db import db
from webapp.journal.models import JournalEntry
from webapp.privacy import data_map
from webapp.privacy.data_map.vocabulary import SubjectTable
from webapp.privacy.erasure import erasures
from webapp.privacy.erasure.models import Cause, Erasure, ErasureState, ErasureStep, Treatment
from webapp.privacy.models import DataExport, ExportState
from webapp.storage import Store
from webapp.subjects.models import Subject

RunJobs = Callable[[], None]
TABLES = {table.name: table for table in data_map.subject_tables()}
FILE = UUID(int=77)
NAMED = re.compile(r"^(\w+)-(\w+)-[0-9a-f]{16}")


@dataclass(frozen=True)
class Kept:
    """Columns by table and name, and what may be found of what is not text."""

    columns: Collection[tuple[str, str]]
    hidden: Collection[str]


NOTHING = Kept((), ())


@pytest.fixture
def everything(app: Flask) -> tuple[Person, set[str]]:
    """Anna has a row in every table, with a word of its own in each text. The words."""
    anna = person("anna.keller@example.org")
    found = canaries.fill(anna)
    db.session.get_one(Subject, anna.id).email = anna.email  # for the receipt
    db.session.execute(delete(JournalEntry))  # it tells nothing that happened
    db.session.add(
        DataExport(id=FILE, subject_id=anna.id, state=ExportState.READY, requested_at=utc_now(), expires_at=utc_now())
    )
    storage.put(Store.EXPORTS, FILE, BytesIO(b"a copy for anna.keller@example.org"))
    db.session.commit()
    return anna, found.shown | found.withheld | {"anna.keller@example.org"}


def test_only_what_the_plan_keeps_is_found_anywhere(
    everything: tuple[Person, set[str]], vault: Vault, run_jobs: RunJobs, relay: TestRelay, settings: Settings
) -> None:
    anna, words = everything
    ben = person("ben@example.org")
    with recorded_log(settings) as log:
        erasure = erase(anna, run_jobs)
        relay.forget()
        send_receipts()
    assert relay.to("anna.keller@example.org")
    dump = dumped(vault.app)
    assert not_to_be_found(words, dump, kept=kept_by(erasure)) == []
    assert not_to_be_found(words, "\n".join([*in_redis().values(), *log])) == []
    with pytest.raises(FileNotFoundError):
        storage.read(Store.EXPORTS, FILE)
    assert ben.email in dump


@pytest.mark.deep
def test_a_restored_backup_of_before_forgets_it_again(
    everything: tuple[Person, set[str]], vault: Vault, elsewhere: Flask, run_jobs: RunJobs, relay: TestRelay
) -> None:
    anna, words = everything
    ben = person("ben@example.org")
    name = vault.back_up()
    number = erase(anna, run_jobs).id
    send_receipts()
    write_journal()
    restored = vault.run("restore", name, "--identity", str(vault.identity), app=elsewhere)
    assert restored.exit_code == 0, restored.output
    dump = dumped(elsewhere)
    with at(elsewhere):
        again = db.session.get_one(Erasure, number)
        assert (again.state, again.recipient) == (ErasureState.TOLD, None)
        assert not_to_be_found(words, dump, kept=kept_by(again)) == []
    with pytest.raises(FileNotFoundError):
        storage.read(Store.EXPORTS, FILE)
    assert ben.email in dump


def erase(who: Person, run_jobs: RunJobs) -> Erasure:
    erasure = erasures.begin(db.session.get_one(Subject, who.id), Cause.CLOSURE, now=utc_now())
    key = erasure.id
    run_jobs()
    erasure = db.session.get_one(Erasure, key)
    assert erasure.state is ErasureState.EXECUTED
    return erasure


def dumped(app: Flask) -> str:
    """What `pg_dump` says of the database, as text."""
    url = make_url(app.extensions["settings"].database_url)
    target = f"postgresql://postgres@/{url.database}?host={quote(str(url.query['host']))}"
    command = [str(postgres_programs() / "pg_dump"), f"--dbname={target}"]
    return subprocess.run(command, capture_output=True, check=True, text=True).stdout


def kept_by(erasure: Erasure) -> Kept:
    """The columns that the plan says stay, or stay without leading to anybody; and the titles that others gave."""
    steps = db.session.scalars(select(ErasureStep).where(ErasureStep.erasure_id == erasure.id)).all()
    staying = [step for step in steps if step.treatment in {Treatment.KEEP, Treatment.PSEUDONYMISE}]
    columns = {column_of(TABLES[step.table_name], field) for step in staying for field in step.fields}
    titles = {
        column_of(t, attribute.key) for t in TABLES.values() for attribute, what in t.personal.items() if what.names
    }
    return Kept({(column.table.name, column.name) for column in columns | titles}, hidden(columns))


def column_of(table: SubjectTable, field: str) -> Column[Any]:
    column: Column[Any] = inspect(table.model).columns[field]
    return column


def hidden(columns: Iterable[Column[Any]]) -> set[str]:
    """What stands in them encrypted or as a hash, in hexadecimal."""
    binary = [column for column in columns if isinstance(column.type, LargeBinary)]
    return {value.hex() for column in binary for value in db.session.scalars(select(column)) if value}


def not_to_be_found(words: Iterable[str], text: str, *, kept: Kept = NOTHING) -> list[str]:
    """Which of the words are there although nothing says that they stay."""
    there = [word for word in words if any(disguise in text for disguise in disguises(word))]
    return [word for word in there if word not in kept.hidden and origin(word) not in kept.columns]


def origin(word: str) -> tuple[str, str] | None:
    found = NAMED.match(word)
    return (found[1], found[2]) if found else None
