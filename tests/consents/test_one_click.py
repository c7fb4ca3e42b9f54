"""The button of a mail program takes a way of its own, and comes to the same as the button on our page."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from time import time
from typing import Any
from uuid import UUID, uuid4

import pytest
import redis
from flask import Flask
from sqlalchemy import Connection, column, func, select, text
from werkzeug.test import TestResponse

from tests.people import person, subscribe, topic
from tests.plans import asked_of, forget_statistics, plan
from webapp import audit, queue
from webapp.changes import ChangeEntry
from webapp.clock import utc_now
from webapp.consents import one_click
from webapp.consents.models import Consent, Departure, Method, Subscription
from webapp.consents.one_click import Click
from webapp.consents.unsubscribe_links import UnsubscribeToken, token_for
from webapp.db import db
from webapp.journal.gate import Gate, Standing
from webapp.journal.models import JournalEntry
from webapp.subjects import trail
from webapp.subjects.models import Subject

WRITTEN: list[tuple[type[Any], set[str]]] = [
    (Subscription, {"subject_id", "changed_at"}),
    (Consent, {"subject_id", "id", "at", "method", "wording", "wording_version"}),
    (audit.AuditEntry, {"subject_id", "actor_id", "id", "at", "details"}),
    (JournalEntry, {"subject_id", "address_hash", "id", "at", "facts"}),
    (ChangeEntry, {"subject_id", "id", "at"}),
    (Departure, {"id", "at"}),
]
CAMPAIGN = UUID(int=8)


@pytest.fixture
def news(app: Flask) -> UUID:
    return topic()


@pytest.fixture
def post(app: Flask) -> Callable[..., TestResponse]:
    client = app.test_client(use_cookies=False)
    return lambda token, **more: client.post(f"/unsubscribe/{token}", data={"List-Unsubscribe": "One-Click"}, **more)


def reader(address: str, news: UUID) -> tuple[UUID, str]:
    who = person(address)
    subscribe(who, news)
    return who.id, token_for(who.id, topic_id=news, campaign_id=CAMPAIGN)


def written(subject: UUID) -> dict[str, list[dict[str, Any]]]:
    """Every row that tells of it, but for what must differ."""
    rows: dict[str, list[dict[str, Any]]] = {}
    for table, passing in WRITTEN:
        found = db.session.scalars(
            select(table).where(table.subject_id == subject) if "subject_id" in passing else select(table)
        )
        columns = [column.key for column in table.__table__.columns if column.key not in passing]
        rows[table.__name__] = [{name: getattr(row, name) for name in columns} for row in found]
    return rows


def test_both_buttons_write_the_same_rows(app: Flask, news: UUID, post: Callable[..., TestResponse]) -> None:
    by_program, by_person = reader("anna@example.org", news), reader("bruno@example.org", news)
    assert post(by_program[1]).status_code == 200
    first = written(by_program[0])
    db.session.query(Departure).delete()
    db.session.commit()
    assert app.test_client().post(f"/unsubscribe/{by_person[1]}").status_code == 303
    assert written(by_person[0]) == first
    assert all(len(rows) == 1 for rows in first.values()), first


def test_the_audit_log_and_the_journal_say_who_and_how(news: UUID, post: Callable[..., TestResponse]) -> None:
    key, token = reader("anna@example.org", news)
    post(token)
    subject = db.session.get_one(Subject, key)
    [entry] = db.session.scalars(select(audit.AuditEntry))
    assert (entry.subject_id, entry.actor_id) == (key, key)
    assert trail.details_of(entry, subject) == {"topic": "Product news", "method": "one_click"}
    [noted] = db.session.scalars(select(JournalEntry))
    assert (noted.address_hash, noted.subject_id) == (subject.address_hash, key)
    assert noted.facts == {"method": "one_click", "language": "en", "topic_id": str(news)}
    [line] = db.session.scalars(select(Consent))
    assert (line.method, line.wording, line.wording_version) == (Method.ONE_CLICK, "List-Unsubscribe", "one click/1")


def test_of_many_at_once_each_person_leaves_once(app: Flask, news: UUID, post: Callable[..., TestResponse]) -> None:
    readers = [reader(f"reader{number}@example.org", news) for number in range(8)]
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(post, [token for _key, token in readers] * 3))
    assert sorted("already" in answer.text for answer in answers) == [False] * 8 + [True] * 16
    assert sorted(db.session.scalars(select(Consent.subject_id))) == sorted(key for key, _token in readers)
    assert db.session.query(Departure).count() == 8


def test_of_a_double_click_in_one_go_the_first_counts(news: UUID) -> None:
    key, _token = reader("anna@example.org", news)
    click, again = (Click(UnsubscribeToken(key, news, CAMPAIGN), network, utc_now()) for network in ("first", "again"))
    unknown = Click(UnsubscribeToken(uuid4(), news, None), "", utc_now())
    assert one_click._withdraw_all([click, again, unknown]) == [True, False, None]
    assert db.session.scalars(select(Consent.network)).all() == ["first"]


def test_it_takes_two_statements_and_no_cookie(news: UUID, post: Callable[..., TestResponse]) -> None:
    _key, token = reader("anna@example.org", news)
    db.session.commit()
    with asked_of(db.engine, db.engines[one_click.DATABASE]) as statements:
        answer = post(token, headers={"Cookie": "session=of-somebody", "Sec-GPC": "1"})
    assert len(statements) == 2
    assert "Set-Cookie" not in answer.headers
    assert "Vary" not in answer.headers
    assert answer.headers["Cache-Control"] == "no-store"


def test_the_first_plan_is_not_kept_until_there_are_many(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """It may read whole tables, for there was nobody in them."""
    with db.engines[one_click.DATABASE].connect() as connection:
        first = connection.scalar(select(func.pg_backend_pid()))
    later = time() + one_click.PLANNED_ANEW + 1
    with monkeypatch.context() as clock:
        clock.setattr("time.time", lambda: later)
        with db.engines[one_click.DATABASE].connect() as connection:
            assert connection.scalar(select(func.pg_backend_pid())) != first


def test_among_many_each_is_found_by_an_index(app: Flask) -> None:
    with db.engines[one_click.DATABASE].connect() as connection:
        forget_statistics(connection)
        scans = [node for node in _plans(connection) if "Relation Name" in node and "Scan" in node["Node Type"]]
    assert {scan["Relation Name"] for scan in scans} == {
        "subjects",
        "subject_keys",
        "topics",
        "subscriptions",
        "consents",
    }
    assert [scan for scan in scans if "Index Cond" not in scan and "Recheck Cond" not in scan] == []


def _plans(connection: Connection) -> Iterator[dict[str, Any]]:
    for statement in (one_click.READERS, one_click.WITHDRAW):
        nobody: dict[str, list[str]] = {name: [] for name in statement.compile().params}
        yield from plan(connection, str(statement.compile(connection)), nobody)


def test_without_the_queue_it_works_as_ever(
    news: UUID, post: Callable[..., TestResponse], monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_anything: Any) -> None:
        raise redis.ConnectionError("away")

    monkeypatch.setattr(queue, "_enqueue", away)
    monkeypatch.setattr(redis.Redis, "execute_command", away)
    _key, token = reader("anna@example.org", news)
    assert "Done" in post(token).text


def test_nothing_is_done_while_the_journal_is_ahead(app: Flask, news: UUID, post: Callable[..., TestResponse]) -> None:
    """The application says so."""
    _key, token = reader("anna@example.org", news)
    gate: Gate = app.extensions["gate"]
    gate.standing, gate._looked_at = Standing.BEHIND, float("inf")
    assert post(token).status_code == 503
    assert db.session.query(Consent).count() == 0


@pytest.mark.parametrize("content", [b"List-Unsubscribe=One-Clock", b"List-Unsubscribe=One-Click&more=1", b""])
def test_what_is_not_exactly_that_goes_through_the_front_door(app: Flask, news: UUID, content: bytes) -> None:
    """A form that says more is a form like any other, and nothing of it is lost."""
    key, token = reader("anna@example.org", news)
    form = "application/x-www-form-urlencoded"
    answer = app.test_client().post(f"/unsubscribe/{token}", data=content, content_type=form)
    assert answer.status_code == (200 if b"Click" in content else 303)
    [line] = db.session.scalars(select(Consent))
    assert (line.subject_id, line.method) == (key, Method.ONE_CLICK if b"Click" in content else Method.UNSUBSCRIBE_LINK)


def test_a_connection_that_was_lost_meanwhile_is_no_obstacle(news: UUID, post: Callable[..., TestResponse]) -> None:
    """As after a restart of the database."""
    for address in ("anna@example.org", "bruno@example.org"):
        _key, token = reader(address, news)
        assert "Done" in post(token).text
        others = select(func.pg_terminate_backend(column("pid"))).select_from(text("pg_stat_activity"))
        db.session.execute(others.where(text("pid <> pg_backend_pid() AND datname = current_database()")))
        db.session.rollback()
