"""A request that is sent again with its Idempotency-Key is done once, and answered as before."""

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from tests.api.systems import System, customer, invoice
from webapp.api import idempotency
from webapp.clock import utc_now
from webapp.db import db
from webapp.integrations.models import KeptAnswer
from webapp.products.models import CustomerRecord

BATCH = {"customers": [customer()]}


@pytest.fixture
def books(app: Flask) -> System:
    return System(app)


def test_it_is_done_once_and_answered_as_before(books: System) -> None:
    answers = [books.ask("POST", "customers", BATCH, Idempotency_Key="a") for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert answers[0].data == answers[1].data
    assert [answer.headers.get("Idempotency-Replayed") for answer in answers] == [None, "true"]
    assert answers[1].mimetype == "application/json"
    assert outcomes(books.ask("POST", "customers", BATCH, Idempotency_Key="b")) == ["unchanged"]


def test_the_same_key_with_another_request_is_refused(books: System) -> None:
    books.ask("POST", "customers", BATCH, Idempotency_Key="a")
    assert books.ask("POST", "customers", {"customers": []}, Idempotency_Key="a").status_code == 422
    assert books.ask("POST", "invoices", BATCH, Idempotency_Key="a").status_code == 422


def test_another_system_may_use_the_same_key(app: Flask, books: System) -> None:
    books.ask("POST", "customers", BATCH, Idempotency_Key="a")
    assert outcomes(System(app).ask("POST", "customers", BATCH, Idempotency_Key="a")) == ["unchanged"]


def test_while_it_is_being_done_the_same_request_waits(books: System) -> None:
    with db.engine.connect() as elsewhere:
        elsewhere.execute(select(func.pg_advisory_xact_lock(idempotency.lock_of(books.key, "a"))))
        answer = books.ask("POST", "customers", BATCH, Idempotency_Key="a")
        assert (answer.status_code, answer.headers["Retry-After"]) == (409, "1")
    assert outcomes(books.ask("POST", "customers", BATCH, Idempotency_Key="a")) == ["created"]


def test_what_was_refused_as_a_whole_can_be_sent_again(books: System) -> None:
    assert books.ask("POST", "customers", {"people": []}, Idempotency_Key="a").status_code == 422
    assert outcomes(books.ask("POST", "customers", BATCH, Idempotency_Key="a")) == ["created"]


def test_what_broke_keeps_neither_rows_nor_an_answer(
    app: Flask, books: System, monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaks(**values: Any) -> KeptAnswer:
        raise RuntimeError

    app.config["PROPAGATE_EXCEPTIONS"] = False
    monkeypatch.setattr(idempotency, "KeptAnswer", breaks)
    monkeypatch.setattr(idempotency, "_known", lambda key, name: None)
    assert books.ask("POST", "customers", BATCH, Idempotency_Key="a").status_code == 500
    app.config["PROPAGATE_EXCEPTIONS"] = None
    assert db.session.scalar(select(func.count()).select_from(CustomerRecord)) == 0


def test_after_a_day_the_answer_is_forgotten(books: System) -> None:
    books.ask("POST", "customers", BATCH, Idempotency_Key="a")
    kept = db.session.scalars(select(KeptAnswer)).one()
    kept.answered_at -= timedelta(hours=25)
    db.session.commit()
    assert outcomes(books.ask("POST", "customers", BATCH, Idempotency_Key="a")) == ["unchanged"]
    idempotency.forget_old(now=utc_now() + timedelta(hours=25))
    assert db.session.scalars(select(KeptAnswer)).all() == []


@pytest.mark.parametrize("name", ["", "a b", "ä", "a" * 256])
def test_a_key_that_is_none_is_refused(books: System, name: str) -> None:
    assert books.ask("POST", "customers", BATCH, Idempotency_Key=name).status_code == 400


def test_what_is_kept_says_nothing_about_people(books: System) -> None:
    books.ask("POST", "customers", {"customers": [customer(), {"email": "urs@example.org"}]}, Idempotency_Key="a")
    books.ask("POST", "invoices", {"invoices": [invoice(billed_to="4111 1111 1111 1111")]}, Idempotency_Key="b")
    for kept in db.session.scalars(select(KeptAnswer)):
        assert not any(said in kept.body.decode() for said in ("example.org", "Lena", "4111"))


def outcomes(answer: Any) -> list[str]:
    assert answer.status_code == 200, answer.text
    return [result["outcome"] for result in answer.json["results"]]
