"""The relay down, refusing, slow, or gone in the middle: retried, or failed with its words; other mail goes on."""

import socketserver
import threading
import time
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from flask import Flask
from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from deploy.demo.services import free_port
from tests.people import person
from tests.relay import TestRelay
from webapp import queue
from webapp.clock import utc_now
from webapp.config import Settings
from webapp.db import db
from webapp.mail import catalogue, messages
from webapp.mail.catalogue import Content, Obsolete
from webapp.mail.models import Message, State
from webapp.mail.rendering import Rendered, compose
from webapp.mail.smtp.conversation import Letter
from webapp.mail.smtp.relay import Relay, RelayDown, as_letter
from webapp.mail.smtp.replies import Fate
from webapp.subjects.models import Subject

RunJobs = Callable[[], None]


@pytest.fixture(autouse=True)
def a_kind_of_email(monkeypatch: pytest.MonkeyPatch) -> None:
    def content(message: Message) -> Content:
        if message.ids.get("obsolete"):
            raise Obsolete
        if message.ids.get("broken"):
            raise ZeroDivisionError
        return Content(rendered=Rendered(message.ids.get("heading", "Hello"), "text\n", "<p>html</p>"))

    kind = catalogue.ServiceEmail("tests/hello", _l("A test"), _l("You run the tests."), content)
    monkeypatch.setitem(catalogue.catalogue, "tests/hello", kind)


def send(to: str = "anna@example.org", **ids: str) -> Message:
    who = db.session.get_one(Subject, person(to).id)
    messages.send("tests/hello", who, now=utc_now(), **ids)
    db.session.commit()
    return db.session.scalars(select(Message).where(Message.subject_id == who.id)).one()


def try_again(message: Message) -> None:
    """As if the pause before the next try were over."""
    message.due_at = utc_now()
    queue.poke(queue.Job.SEND_MESSAGES)
    db.session.commit()


def test_a_deferred_email_is_tried_again_after_a_pause_that_grows(
    app: Flask, relay: TestRelay, run_jobs: RunJobs
) -> None:
    relay.at_recipient = lambda address: "451 4.7.1 greylisted"
    message = send()
    pauses = []
    for _ in range(3):
        run_jobs()
        assert message.state is State.PENDING
        assert message.reply == "451 4.7.1 greylisted"
        pauses.append(message.due_at - utc_now())
        try_again(message)
    assert timedelta(0) < pauses[0] < pauses[1] < pauses[2]
    relay.at_recipient = lambda address: "250 OK"
    run_jobs()
    assert message.state is State.SENT
    assert len(relay.received) == 1


def test_an_email_deferred_too_often_fails_with_the_relays_words(
    app: Flask, settings: Settings, relay: TestRelay, run_jobs: RunJobs
) -> None:
    relay.at_content = lambda envelope: "452 mailbox full"
    message = send()
    for _ in range(settings.mail_attempts):
        run_jobs()
        try_again(message)
    assert message.state is State.FAILED
    assert message.reply == "452 mailbox full"


@pytest.mark.parametrize("where", ["at_recipient", "at_content"])
def test_a_refused_email_fails_and_the_others_go_out(
    where: str, app: Flask, relay: TestRelay, run_jobs: RunJobs
) -> None:
    def only_bad(subject: object) -> str:
        return "550 5.1.1 unknown" if "bad@" in str(getattr(subject, "rcpt_tos", subject)) else "250 OK"

    setattr(relay, where, only_bad)
    bad, good = send("bad@example.org"), send("good@example.org")
    run_jobs()
    assert (bad.state, bad.reply) == (State.FAILED, "550 5.1.1 unknown")
    assert good.state is State.SENT


def test_an_email_that_cannot_be_composed_holds_up_no_other(app: Flask, relay: TestRelay, run_jobs: RunJobs) -> None:
    broken, obsolete, good = (
        send("a@example.org", broken="1"),
        send("b@example.org", obsolete="1"),
        send("c@example.org"),
    )
    run_jobs()
    assert broken.state is State.FAILED
    assert "ZeroDivisionError" in str(broken.reply)
    assert obsolete.state is State.SUPPRESSED
    assert good.state is State.SENT


def test_with_the_relay_down_mail_waits_and_counts_no_try(app: Flask, relay: TestRelay, run_jobs: RunJobs) -> None:
    relay.stop()
    try:
        message = send()
        run_jobs()
        assert (message.state, message.attempts, message.claimed_by) == (State.PENDING, 0, None)
    finally:
        relay.start()
    try_again(message)
    run_jobs()
    assert message.state is State.SENT


def test_a_line_break_in_a_subject_starts_no_other_header(app: Flask, relay: TestRelay, run_jobs: RunJobs) -> None:
    send(heading="Hello\r\nBcc: everybody@example.org\r\n\r\nbody")
    run_jobs()
    [mail] = relay.received
    assert mail.email["Bcc"] is None
    assert mail.subject == "Hello Bcc: everybody@example.org body"


def test_an_email_keeps_its_message_id(app: Flask, relay: TestRelay, run_jobs: RunJobs) -> None:
    message = send()
    run_jobs()
    [first] = relay.received
    message.state = State.PENDING
    try_again(message)
    run_jobs()
    assert {mail.email["Message-ID"] for mail in relay.received} == {first.email["Message-ID"]}
    assert len(relay.received) == 2


def test_an_address_beyond_ascii_goes_by_smtputf8(app: Flask, relay: TestRelay, run_jobs: RunJobs) -> None:
    send("zoë@bücher.example")
    run_jobs()
    assert relay.received[0].to == "zoë@bücher.example"


class Trouble(socketserver.StreamRequestHandler):
    """Speaks SMTP up to a point, then does what `server.trouble` says."""

    def handle(self) -> None:
        server = self.server
        assert isinstance(server, TroubledRelay)
        self.wfile.write(b"220 trouble\r\n")
        for line in self.rfile:
            command = line[:4].upper().strip()
            if command == b"DATA":
                if server.trouble == "closes at DATA":
                    return
                self.wfile.write(b"354 go\r\n")
                self._content(server)
                return
            if command == b"RCPT" and server.trouble == "is slow":
                time.sleep(5)
            self.wfile.write(b"250 OK\r\n")

    def _content(self, server: "TroubledRelay") -> None:
        if server.trouble == "closes in the middle of the content":
            self.rfile.read(10)
            self.connection.shutdown(2)
            return
        for line in self.rfile:
            if line == b".\r\n":
                server.complete += 1
                return  # closes without an answer


class TroubledRelay(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True

    def __init__(self, port: int, trouble: str) -> None:
        self.trouble = trouble
        self.complete = 0
        super().__init__(("127.0.0.1", port), Trouble)


@pytest.fixture
def troubled(configure: Callable[..., None], request: pytest.FixtureRequest) -> Iterator[TroubledRelay]:
    port = free_port()
    configure(smtp_port=port, smtp_timeout_seconds=1.0)
    with TroubledRelay(port, request.param) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


@pytest.mark.parametrize(
    ("troubled", "fate"),
    [
        ("closes at DATA", Fate.DEFERRED),
        ("is slow", Fate.DEFERRED),
        ("closes after the content", Fate.UNKNOWN),
    ],
    indirect=["troubled"],
)
def test_what_was_not_handed_over_is_safe_to_retry_and_what_was_is_unknown(troubled: TroubledRelay, fate: Fate) -> None:
    with Relay() as relay:
        assert [verdict.fate for verdict in relay.send([a_letter()])] == [fate]


@pytest.mark.parametrize("troubled", ["closes in the middle of the content"], indirect=True)
def test_a_relay_that_hangs_up_in_the_middle_took_nothing_and_nobody_claims_it_did(troubled: TroubledRelay) -> None:
    with Relay() as relay:
        [verdict] = relay.send([a_letter("x" * 5_000_000)])
    assert verdict.fate in {Fate.DEFERRED, Fate.UNKNOWN}
    assert troubled.complete == 0


@pytest.mark.parametrize("troubled", ["closes after the content"], indirect=True)
def test_service_mail_of_unknown_fate_is_sent_again(
    troubled: TroubledRelay, configure: Callable[..., None], relay: TestRelay, run_jobs: RunJobs
) -> None:
    message = send()
    run_jobs()
    assert (message.state, message.sent_at) == (State.PENDING, None)
    configure(smtp_port=relay.port)
    try_again(message)
    run_jobs()
    assert message.state is State.SENT
    assert len(relay.received) == 1


def test_without_a_connection_there_is_no_verdict(configure: Callable[..., None]) -> None:
    configure(smtp_port=free_port())
    with Relay() as relay, pytest.raises(RelayDown):
        list(relay.send([a_letter()]))


def a_letter(text: str = "text\n.\n..dots\n") -> Letter:
    email = compose(Rendered("Hello", text, "<p>html</p>"), to="anna@example.org", message_id="1@test", headers={})
    return as_letter(email, to="anna@example.org", sender="hello@candor.example")


def test_lines_that_begin_with_dots_arrive_as_they_were_written(app: Flask, relay: TestRelay) -> None:
    with Relay() as connection:
        list(connection.send([a_letter()]))
    assert relay.received[0].text.replace("\r\n", "\n") == "text\n.\n..dots\n"
