"""Reporting interactions: only what the person allows is stored, and everything else gets its reason."""

import json
from collections.abc import Callable
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from tests.api.senders import NEAR, USED, Sender, allow, forbid, item
from tests.pages import QuickClient, statements
from tests.people import Person, person
from webapp.access import Scope
from webapp.api import bearer
from webapp.app import create_app
from webapp.clock import utc_now
from webapp.config import Settings
from webapp.consents.models import ConsentPurpose
from webapp.db import db
from webapp.guard import limiter
from webapp.integrations import keys
from webapp.interactions.models import Interaction, NearbyAccessPoints
from webapp.subjects.models import Subject

USAGE, NEARBY = ConsentPurpose.USAGE, ConsentPurpose.NEARBY


@pytest.fixture
def anna(app: Flask) -> Person:
    return person()


@pytest.fixture
def sender(app: Flask) -> Sender:
    return Sender(app, Scope.INTERACTIONS_WRITE)


def stored() -> list[Interaction]:
    return list(db.session.scalars(select(Interaction)))


def nearby() -> list[NearbyAccessPoints]:
    return list(db.session.scalars(select(NearbyAccessPoints)))


def test_what_a_person_allows_is_stored(sender: Sender, anna: Person) -> None:
    allow(anna)
    sent = item(anna, **USED, **NEAR)
    assert sender.send(sent) == [{"id": sent["id"], "outcome": "stored"}]
    [used], [near] = stored(), nearby()
    assert (used.subject_id, str(used.id), used.key_id) == (anna.id, sent["id"], sender.key.id)
    assert (used.device, used.ip, used.locale, used.language) == tuple(
        USED[part] for part in ("device", "ip", "locale", "language")
    )
    assert near.access_points == NEAR["access_points"]
    assert sender.key.last_used_at


def test_the_address_may_be_written_in_another_way(sender: Sender, anna: Person) -> None:
    allow(anna)
    assert sender.send(item("ANNA@Example.ORG"))[0]["outcome"] == "stored"


def test_without_consent_nothing_is_stored_and_a_stranger_is_answered_the_same(sender: Sender, anna: Person) -> None:
    known, unknown = sender.send(item(anna, **USED, **NEAR), item("nobody@example.org", **USED, **NEAR))
    assert known["reason"] == "no_consent"
    assert known | {"id": ""} == unknown | {"id": ""}
    assert (stored(), nearby()) == ([], [])


@pytest.mark.parametrize(
    ("kind", "dropped", "rows"),
    [(USAGE, ["access_points"], (1, 0)), (NEARBY, ["device", "ip", "locale", "language"], (0, 1))],
)
def test_a_part_without_consent_is_dropped_and_named(
    sender: Sender, anna: Person, kind: ConsentPurpose, dropped: list[str], rows: tuple[int, int]
) -> None:
    allow(anna, kind)
    [answer] = sender.send(item(anna, **USED, **NEAR))
    assert (answer["outcome"], sorted(answer["dropped"])) == ("stored", sorted(dropped))
    assert (len(stored()), len(nearby())) == rows


def test_access_points_alone_tell_nothing_of_the_use(sender: Sender, anna: Person) -> None:
    allow(anna)
    sender.send(item(anna, **NEAR))
    assert (len(stored()), len(nearby())) == (0, 1)


def test_sending_it_again_adds_nothing(sender: Sender, anna: Person) -> None:
    allow(anna)
    sent = item(anna, **USED, **NEAR)
    outcomes = [answer["outcome"] for answer in sender.send(sent, sent) + sender.send(sent | {"app": "Other"})]
    assert outcomes == ["stored", "known_already", "known_already"]
    assert (len(stored()), len(nearby())) == (1, 1)
    assert stored()[0].app == "Panel 5.2"


@pytest.mark.parametrize(
    ("ago", "reason"),
    [
        (timedelta(minutes=-4), None),
        (timedelta(minutes=-6), "in_the_future"),
        (timedelta(days=30), None),
        (timedelta(days=32), "too_old"),
        (timedelta(days=90_000), "too_old"),
    ],
)
def test_the_time_must_be_possible(sender: Sender, anna: Person, ago: timedelta, reason: str | None) -> None:
    allow(anna)
    assert sender.send(item(anna, ago=ago))[0].get("reason") == reason


def test_what_was_before_the_consent_is_not_covered_by_it(sender: Sender, anna: Person) -> None:
    allow(anna, USAGE, since=utc_now() - timedelta(hours=1))
    early, late = sender.send(item(anna, ago=timedelta(hours=2)), item(anna, ago=timedelta(minutes=1)))
    assert early["reason"] == "before_consent"
    assert late["outcome"] == "stored"


def test_a_browser_that_asks_not_to_be_followed_is_heeded(sender: Sender, anna: Person) -> None:
    allow(anna)
    assert sender.send(item(anna, gpc=True, **USED))[0]["reason"] == "privacy_signal"
    assert stored() == []
    assert sender.send(item("nobody@example.org", gpc=True, **USED))[0]["reason"] == "no_consent"


def test_a_yes_that_was_given_in_such_a_browser_was_meant_for_us(sender: Sender, anna: Person) -> None:
    allow(anna, USAGE, despite_signal=True)
    assert sender.send(item(anna, gpc=True, **USED, **NEAR))[0]["dropped"] == ["access_points"]


def test_what_is_withdrawn_is_deleted_within_seconds_and_nothing_more_comes_in(
    sender: Sender, anna: Person, run_jobs: Callable[[], None]
) -> None:
    bruno = person("bruno@example.org")
    for who in (anna, bruno):
        allow(who)
        sender.send(item(who, **USED, **NEAR))
    forbid(anna, USAGE)
    run_jobs()
    assert {used.subject_id for used in stored()} == {bruno.id}
    assert {near.subject_id for near in nearby()} == {anna.id, bruno.id}
    assert sender.send(item(anna, **USED))[0]["reason"] == "no_consent"


def test_a_yes_after_a_no_does_not_bring_the_old_data_back(
    sender: Sender, anna: Person, run_jobs: Callable[[], None]
) -> None:
    allow(anna)
    sent = item(anna, **USED)
    sender.send(sent)
    forbid(anna)
    allow(anna, since=utc_now() - timedelta(seconds=9))  # before the job came to it
    new = item(anna, ago=timedelta(0))
    sender.send(new)
    run_jobs()
    assert [str(used.id) for used in stored()] == [new["id"]]
    assert sender.send(sent)[0]["reason"] == "before_consent"


def test_a_batch_takes_the_same_statements_whatever_its_size(sender: Sender, anna: Person) -> None:
    people = [anna, *(person(f"person{number}@example.org") for number in range(9))]
    for who in people:
        allow(who)
    sender.send(item(anna))  # the partitions, and when the key was used
    counts = []
    for times in (1, 100):
        batch = [item(who, **USED, **NEAR) for who in people for _ in range(times)]
        statements.clear()
        assert {answer["outcome"] for answer in sender.send(*batch)} == {"stored"}
        counts.append(len(statements))
    assert counts[0] == counts[1] <= 8
    assert db.session.scalar(select(func.count()).select_from(Interaction)) == 1_011


NO_LENGTH = {"CONTENT_LENGTH": "", "HTTP_TRANSFER_ENCODING": "chunked"}

WRONG: list[Any] = [
    None,
    7,
    "text",
    [],
    {},
    {"surprise": 1},
    {"surprise" * 100: 1},
    {"id": "7"},
    {"id": 7},
    {"email": "no address"},
    {"email": None},
    {"email": "a\x00@example.org"},
    {"email": "a" * 300 + "@example.org"},
    {"observed_at": "yesterday"},
    {"observed_at": 1_700_000_000},
    {"observed_at": "1700000000"},
    {"observed_at": "2026-03-05T08:15:00"},
    {"observed_at": "0001-01-01T00:00:00+14:00"},
    {"observed_at": "9999-12-31T23:59:59-14:00"},
    {"app": ""},
    {"app": "A" * 101},
    {"app": "A\x00B"},
    {"app": "A\u202eB"},
    {"app": ["A"]},
    {"device": "Pixel"},
    {"device": {"model": 9}},
    {"device": {"imei": "353..."}},
    {"ip": "somewhere"},
    {"ip": 3_405_803_783},
    {"ip": True},
    {"locale": "de_CH; DROP TABLE"},
    {"language": {"de": 1}},
    {"gpc": "yes"},
    {"gpc": 1},
    {"access_points": {}},
    {"access_points": [{"bssid": "a4:2b:b0:11:22", "signal": -60}]},
    {"access_points": [{"bssid": "a4:2b:b0:11:22:33", "signal": 10**300}]},
    {"access_points": [{"bssid": "a4:2b:b0:11:22:33", "signal": -60.5}]},
    {"access_points": [{"bssid": "a4:2b:b0:11:22:33", "signal": -60, "ssid": "Home of Anna"}]},
    {"access_points": NEAR["access_points"] * 21},
]


def test_what_is_wrong_is_refused_with_its_reason_and_the_rest_is_stored(sender: Sender, anna: Person) -> None:
    allow(anna)
    bad = [item(anna, **wrong) if wrong and isinstance(wrong, dict) else wrong for wrong in WRONG]
    *refused, good = sender.send(*bad, item(anna, app="Überblick 🗻", ip="2001:db8::1%eth0"))
    assert [(WRONG[n], answer) for n, answer in enumerate(refused) if answer["reason"] != "not_valid"] == []
    assert all(answer["id"] is None and 0 < len(answer["detail"]) < 200 for answer in refused)
    assert good["outcome"] == "stored"
    assert [(used.app, used.ip) for used in stored()] == [("Überblick 🗻", "2001:db8::1")]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 411),
        (b"{", 400),
        (b"\xff\xfe", 400),
        (b'{"interactions": [NaN]}', 400),
        (b'{"interactions": [1e999]}', 200),  # an infinity is no observation
        (b'{"interactions": ["\\ud800"]}', 400),
        (b'{"interactions": [' + b"9" * 5_000 + b"]}", 400),
        (b"[" * 400_000, 400),
        (b'{"interactions":' * 300, 400),
        (b"[]", 422),
        (b"null", 422),
        (b'{"interactions": {}}', 422),
        (b'{"interactions": [], "more": 1}', 422),
        (b'{"interactions": []}', 200),
        (b'{"interactions": [' + b"1," * 1_000 + b"1]}", 413),
        (b'{"interactions": [' + b"1," * 490_000 + b"1]}", 413),
        (b'{"interactions": ["' + b"1" * 1_000_000 + b'"]}', 413),
    ],
    ids=lambda value: repr(value[:30]) if isinstance(value, bytes) else str(value),
)
def test_a_body_that_is_no_batch_is_refused_as_a_whole(
    app: Flask, sender: Sender, body: bytes, status: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(app.config, "MAX_CONTENT_LENGTH", 50_000_000)  # for documents that people send
    answer = sender.post(data=body, content_type="application/json")
    assert answer.status_code == status
    if status != 200:
        assert answer.mimetype == "application/problem+json"
        assert json.loads(answer.text)["status"] == status


def test_a_body_without_a_length_is_measured_while_it_is_read(sender: Sender) -> None:
    """As it is sent in chunks."""
    endless = BytesIO(b'{"interactions": [' + b"1," * 600_000)
    answer = sender.post(
        input_stream=endless, content_type="application/json", environ_overrides={"wsgi.input_terminated": True}
    )
    assert answer.status_code == 413
    assert endless.tell() < 1_100_000


def test_a_body_whose_length_nobody_knows_is_asked_for_it(sender: Sender) -> None:
    """A server that cannot tell where it ends gives us nothing of it."""
    answer = sender.post(data=b'{"interactions": []}', content_type="application/json", environ_overrides=NO_LENGTH)
    assert answer.status_code == 411


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""])
def test_only_json_is_read(sender: Sender, content_type: str) -> None:
    assert sender.post(data=b'{"interactions": []}', content_type=content_type).status_code == 415


@pytest.mark.parametrize("sent", ["", "Bearer", "Bearer candor_nothing", "Basic b2xnYTpwdw==", "bearer a b", "☃"])
def test_only_a_key_opens_the_api(sender: Sender, sent: str) -> None:
    answer = sender.post({"interactions": []}, headers={"Authorization": sent.encode().decode("latin1")})
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    assert answer.mimetype == "application/problem+json"


def test_a_key_opens_only_what_it_is_for(app: Flask) -> None:
    answer = Sender(app).post({"interactions": []})
    assert answer.status_code == 403
    assert 'error="insufficient_scope"' in answer.headers["WWW-Authenticate"]


@pytest.mark.parametrize("path", ["/api/v1/nothing", "/api/v1/interactions"])
def test_every_error_of_the_api_is_a_problem_and_no_page(sender: Sender, path: str) -> None:
    answer = sender.client.get(path)
    assert answer.status_code in {404, 405}
    assert answer.mimetype == "application/problem+json"


def test_a_key_that_asks_too_often_waits_and_no_other_does(
    app: Flask, sender: Sender, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limiter, "enabled", limiter.enabled)  # the app below switches it on for all
    monkeypatch.setattr(bearer, "PER_KEY", "2 per minute")
    limited = create_app(settings.model_copy(update={"rate_limits": True}))
    maker = db.session.get_one(Subject, sender.key.created_by)
    other = keys.create("Site", [Scope.INTERACTIONS_WRITE], by=maker, now=utc_now())
    db.session.commit()
    client = QuickClient(limited, limited.response_class)
    answers = [
        client.post("/api/v1/interactions", json={"interactions": []}, headers={"Authorization": f"Bearer {token}"})
        for token in [sender.token] * 3 + [other.token]
    ]
    assert [answer.status_code for answer in answers] == [200, 200, 429, 200]
    assert answers[2].mimetype == "application/problem+json"
    assert 1 <= int(answers[2].headers["Retry-After"]) <= 61
    assert "Retry-After" not in answers[1].headers
