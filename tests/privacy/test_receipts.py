"""The receipt of an erasure: due when other systems confirmed, signed, sent to somebody we do not know any more."""

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask
from sqlalchemy import select

from jobs.journal import write_journal
from jobs.receipts import send_receipts
from tests.pages import PageClient
from tests.people import Person, person, subscribe, topic
from tests.relay import Received, TestRelay
from webapp import signatures
from webapp.access import Role
from webapp.changes import Change
from webapp.clock import utc_now
from webapp.config import Settings
from webapp.db import db
from webapp.integrations.webhooks.models import Confirmation, Webhook
from webapp.journal import shelf
from webapp.mail.models import Message
from webapp.privacy.erasure import erasures, recipients
from webapp.privacy.erasure.models import Cause, Erasure, ErasureState
from webapp.privacy.receipts.models import Receipt
from webapp.subjects.models import Subject

RunJobs = Callable[[], None]
SignIn = Callable[[Person], PageClient]


@pytest.fixture
def anna(app: Flask) -> Person:
    anna = person()
    subscribe(anna, topic())
    return anna


def erase(who: Person, run_jobs: RunJobs) -> Erasure:
    erasure = erasures.begin(db.session.get_one(Subject, who.id), Cause.REQUEST, now=utc_now())
    key = erasure.id
    run_jobs()
    erasure = db.session.get_one(Erasure, key)
    assert erasure.state is ErasureState.EXECUTED
    return erasure


def attached(received: Received, name: str) -> bytes:
    [part] = [part for part in received.email.iter_attachments() if part.get_filename() == name]
    content = part.get_payload(decode=True)
    assert isinstance(content, bytes)
    return content


def signed_receipt(received: Received) -> dict[str, Any]:
    signed: dict[str, Any] = json.loads(attached(received, "receipt.json"))
    return signed


def a_system_that_confirms(erasure_id: UUID, *, confirmed: bool) -> Confirmation:
    """One that was told of the erasure."""
    now = utc_now()
    webhook = Webhook(name="Billing", url="https://billing.example/hook", **_NEEDED)
    db.session.add(webhook)
    db.session.flush()
    asked = Confirmation(
        delivery_id=uuid4(), webhook_id=webhook.id, change_id=1, kind=Change.ERASURE_DONE, reference=erasure_id
    )
    asked.asked_at, asked.confirmed_at = now, now if confirmed else None
    db.session.add(asked)
    db.session.commit()
    return asked


_NEEDED: dict[str, Any] = {"kinds": Change.ERASURE_DONE, "confirms": True, "secret": b"", "created_at": utc_now()}


class TestSending:
    def test_it_goes_out_signed_and_then_nothing_leads_to_the_person(
        self, anna: Person, run_jobs: RunJobs, relay: TestRelay
    ) -> None:
        erasure = erase(anna, run_jobs)
        relay.forget()
        send_receipts()
        [received] = relay.to("anna@example.org")
        assert "Hello Anna," in received.text
        document = signatures.verified(signed_receipt(received))
        assert document["erasure"]["number"] == str(erasure.id)
        assert document["totals"]["deleted"] > 0
        assert document["plan"]["agreed_sha256"] == erasure.agreed_hash
        told = db.session.get_one(Erasure, erasure.id, populate_existing=True)
        assert (told.state, told.recipient) == (ErasureState.TOLD, None)
        assert told.told_at
        send_receipts()
        assert len(relay.received) == 1

    def test_it_says_what_is_kept_why_and_until_when_and_not_who(
        self, anna: Person, run_jobs: RunJobs, relay: TestRelay
    ) -> None:
        erase(anna, run_jobs)
        relay.forget()
        send_receipts()
        [received] = relay.received
        document, page = signed_receipt(received)["document"], attached(received, "receipt.html").decode()
        assert all(line["law"] for line in document["kept"] if line["until"])
        assert any(line["what"] == "Each yes and no" and line["until"] for line in document["kept"])
        for kept in document["kept"]:
            assert kept["what"] in page
        for word in ("anna", "Anna", "Keller"):
            assert word not in json.dumps(document)
            assert word not in page
        assert "<script" not in page

    def test_it_waits_until_every_system_confirmed(self, anna: Person, run_jobs: RunJobs, relay: TestRelay) -> None:
        erasure = erase(anna, run_jobs)
        asked = a_system_that_confirms(erasure.id, confirmed=False)
        relay.forget()
        send_receipts()
        assert relay.received == []
        asked.confirmed_at = utc_now()
        db.session.commit()
        send_receipts()
        [system] = signed_receipt(relay.received[0])["document"]["systems"]
        assert system["name"] == "Billing"
        assert system["confirmed_at"]

    def test_it_goes_out_before_day_30_all_the_same_and_says_who_did_not_confirm(
        self, anna: Person, run_jobs: RunJobs, relay: TestRelay, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        erasure = erase(anna, run_jobs)
        a_system_that_confirms(erasure.id, confirmed=False)
        relay.forget()
        for days, sent in ((28, 0), (29.1, 1)):
            _at(monkeypatch, erasure.asked_at + timedelta(days=days))
            send_receipts()
            assert len(relay.received) == sent
        assert signed_receipt(relay.received[0])["document"]["systems"] == [{"name": "Billing", "confirmed_at": None}]
        assert "told, and not confirmed yet" in attached(relay.received[0], "receipt.html").decode()

    def test_while_the_relay_is_busy_it_is_tried_again_and_once_refused_the_address_is_forgotten(
        self, anna: Person, run_jobs: RunJobs, relay: TestRelay, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        erasure = erase(anna, run_jobs)
        relay.forget()
        relay.at_recipient = lambda _: "450 try later"
        send_receipts()
        receipt = db.session.get_one(Receipt, erasure.id, populate_existing=True)
        assert (receipt.tries, receipt.sent_at) == (1, None)
        assert recipients.of(erasure)
        relay.at_recipient = lambda _: "550 no such user"
        _at(monkeypatch, utc_now() + timedelta(hours=1))
        send_receipts()
        db.session.expire_all()
        assert receipt.trouble == "refused"
        assert (erasure.recipient, erasure.told_at) == (None, None)

    def test_no_message_row_is_left_of_it(self, anna: Person, run_jobs: RunJobs, relay: TestRelay) -> None:
        erase(anna, run_jobs)
        before = set(db.session.scalars(select(Message.id)))
        send_receipts()
        assert set(db.session.scalars(select(Message.id))) == before

    def test_it_speaks_the_language_of_the_person(self, app: Flask, run_jobs: RunJobs, relay: TestRelay) -> None:
        erase(person("luca@example.org", language="de"), run_jobs)
        relay.forget()
        send_receipts()
        assert 'lang="de"' in relay.received[0].html
        assert 'lang="de"' in attached(relay.received[0], "receipt.html").decode()

    def test_the_journal_knows_of_each_step(self, anna: Person, run_jobs: RunJobs, relay: TestRelay) -> None:
        erase(anna, run_jobs)
        send_receipts()
        write_journal()
        events = [line["event"] for _batch, lines in shelf.newer_than(0) for line in lines]
        assert [event for event in events if event != "withdrawn"] == [
            "erasure_confirmed",
            "erasure_begun",
            "receipt_sent",
        ]


class TestChecking:
    @pytest.fixture
    def receipt(self, anna: Person, run_jobs: RunJobs, relay: TestRelay) -> dict[str, Any]:
        erase(anna, run_jobs)
        relay.forget()
        send_receipts()
        return signed_receipt(relay.received[0])

    @pytest.mark.parametrize("way", ["text", "file"])
    def test_anybody_can_have_it_checked(self, client: PageClient, receipt: dict[str, Any], way: str) -> None:
        content = json.dumps(receipt)
        data = {"text": content} if way == "text" else {"file": (BytesIO(content.encode()), "receipt.json")}
        answer = client.submit("/receipts", data, content_type="multipart/form-data")
        assert answer.status_code == 200
        assert "This receipt is ours" in answer.text

    @pytest.mark.parametrize("change", ["count", "key", "kind", "nonsense", "empty", "bomb"])
    def test_one_that_is_not_ours_or_was_changed_is_refused(
        self, client: PageClient, receipt: dict[str, Any], change: str
    ) -> None:
        if change == "count":
            receipt["document"]["totals"]["kept"] += 1
        if change == "key":
            receipt["signature"]["key"] = "0" * 16
        if change == "kind":
            receipt = signatures.sign({"kind": "backup"})
        texts = {"nonsense": "[1, 2", "empty": " ", "bomb": "[" * 20_000}
        answer = client.submit("/receipts", {"text": texts.get(change, json.dumps(receipt))})
        assert answer.status_code == 422
        assert "This receipt is ours" not in answer.text

    def test_it_can_be_checked_without_us(self, client: PageClient, receipt: dict[str, Any]) -> None:
        import base64

        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

        keys = {key["kid"]: key["x"] for key in client.get("/receipts/keys.json").get_json()["keys"]}
        public = Ed25519PublicKey.from_public_bytes(base64.urlsafe_b64decode(keys[receipt["signature"]["key"]] + "="))
        plain = json.dumps(receipt["document"], sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
        public.verify(base64.urlsafe_b64decode(receipt["signature"]["value"]), plain)

    def test_the_command_checks_it_too(self, app: Flask, receipt: dict[str, Any], tmp_path: Path) -> None:
        file = tmp_path / "receipt.json"
        file.write_text(json.dumps(receipt))
        checked = app.test_cli_runner().invoke(args=["verify-receipt", str(file)])
        assert checked.exit_code == 0
        assert "Ours, and unchanged" in checked.output
        receipt["document"]["erasure"]["done_at"] = "2020-01-01T00:00:00+00:00"
        file.write_text(json.dumps(receipt))
        assert app.test_cli_runner().invoke(args=["verify-receipt", str(file)]).exit_code == 1

    def test_one_of_an_older_key_stays_genuine_after_rotation(
        self, app: Flask, settings: Settings, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        signed = signatures.sign({"kind": "x"})
        old = settings.model_dump()["encryption_keys"]
        rotated = settings.model_dump() | {"encryption_keys": [_new_key(), *(key.get_secret_value() for key in old)]}
        monkeypatch.setitem(app.extensions, "settings", Settings.model_validate(rotated))  # a copy has the old ring
        assert signatures.verified(signed) == {"kind": "x"}
        assert signatures.sign({})["signature"]["key"] != signed["signature"]["key"]


class TestStaff:
    def test_the_chain_of_events_names_nobody(
        self, client: PageClient, anna: Person, run_jobs: RunJobs, relay: TestRelay, sign_in: SignIn
    ) -> None:
        erasure = erase(anna, run_jobs)
        a_system_that_confirms(erasure.id, confirmed=True)
        send_receipts()
        sign_in(person("officer@example.org", role=Role.PRIVACY_OFFICER, given_name="Olga", family_name="Ivanova"))
        page = client.get(f"/staff/erasures/{erasure.id}")
        for event in (
            "deletion of all data begun",
            "carried out",
            "Billing confirmed",
            "Receipt made",
            "receipt of the",
        ):
            assert event in page.text
        assert "Signature is right" in page.text
        for word in ("anna", "Anna", "Keller"):
            assert word not in page.text
        listed = client.get("/staff/erasures?show=all")
        assert erasure.id.hex[:8] in listed.text
        assert erasure.id.hex[:8] not in client.get("/staff/erasures").text

    def test_a_receipt_that_was_changed_in_the_database_is_noticed(
        self, client: PageClient, anna: Person, run_jobs: RunJobs, relay: TestRelay, sign_in: SignIn
    ) -> None:
        erasure = erase(anna, run_jobs)
        send_receipts()
        receipt = db.session.get_one(Receipt, erasure.id)
        receipt.signed = {**receipt.signed, "document": {**receipt.signed["document"], "totals": {}}}
        sign_in(person("officer@example.org", role=Role.PRIVACY_OFFICER))
        assert "not as it was signed" in client.get(f"/staff/erasures/{erasure.id}").text

    def test_pages_go_on_from_each_other(self, client: PageClient, sign_in: SignIn) -> None:
        now = utc_now()
        for number in range(25):
            wish = {"subject_id": uuid4(), "cause": Cause.REQUEST, "state": ErasureState.PLANNED}
            at = now - timedelta(hours=number)
            db.session.add(Erasure(asked_at=at, plan_hash="", agreed_hash="", manifest_hash="", **wish))
        sign_in(person("officer@example.org", role=Role.SUPPORT))
        page = client.get("/staff/erasures")
        assert page.text.count("<code>") == 20
        older = client.get(_link(page.text, "older_than"))
        assert older.text.count("<code>") == 5
        assert client.get(_link(older.text, "newer_than")).text.count("<code>") == 20
        assert client.get("/staff/erasures?older_than=nonsense").status_code == 200

    def test_nobody_waits(self, client: PageClient, sign_in: SignIn) -> None:
        sign_in(person("officer@example.org", role=Role.SUPPORT))
        assert "Nobody waits for a deletion" in client.get("/staff/erasures").text
        assert client.get(f"/staff/erasures/{uuid4()}").status_code == 404


def _link(page: str, name: str) -> str:
    import re
    from html import unescape

    found = re.search(rf'href="([^"]*{name}[^"]*)"', page)
    assert found
    return unescape(found[1])


def _at(monkeypatch: pytest.MonkeyPatch, now: datetime) -> None:
    monkeypatch.setattr("jobs.receipts.utc_now", lambda: now)


def _new_key() -> str:
    import base64
    import secrets

    return base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()
