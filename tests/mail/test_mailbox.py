"""The mailbox for bounces, over a real socket: nothing in it is lost, and nothing in it stops us."""

from collections.abc import Callable, Iterator
from datetime import date

import pytest
from flask import Flask
from pydantic import SecretStr

from tests.mail import imap
from tests.mail.imap import TestMailbox
from webapp.mail.bounces.mailbox import AT_ONCE, MOST_BYTES, Mailbox, MailboxDown


@pytest.fixture
def mailbox(configure: Callable[..., None]) -> Iterator[TestMailbox]:
    with imap.running() as mailbox:
        configure(bounce_mailbox=SecretStr(mailbox.url))
        yield mailbox


def bodies(mailbox: TestMailbox) -> list[bytes]:
    return [stored.raw for stored in mailbox.inbox.stored]


def test_what_is_removed_goes_and_the_rest_stays(mailbox: TestMailbox) -> None:
    for raw in (b"one", b"two", b"three"):
        mailbox.receive(raw)
    with Mailbox() as reading:
        for waiting in reading.waiting():
            if waiting.raw == b"two":
                reading.remove(waiting)
    assert bodies(mailbox) == [b"one", b"three"]


def read_and_die(*, marking: bool) -> None:
    with Mailbox() as reading:
        for waiting in reading.waiting():
            if marking:
                reading.remove(waiting)
            raise ZeroDivisionError


def test_who_dies_before_they_are_done_loses_nothing(mailbox: TestMailbox) -> None:
    mailbox.receive(b"one")
    with pytest.raises(ZeroDivisionError):
        read_and_die(marking=False)
    assert bodies(mailbox) == [b"one"]


def test_what_was_marked_before_a_death_goes_the_next_time(mailbox: TestMailbox) -> None:
    mailbox.receive(b"one")
    with pytest.raises(ZeroDivisionError):
        read_and_die(marking=True)
    assert bodies(mailbox) == [b"one"]
    with Mailbox() as reading:
        assert list(reading.waiting()) == []
    assert bodies(mailbox) == []


def test_of_a_huge_email_only_the_beginning_is_fetched(mailbox: TestMailbox) -> None:
    mailbox.receive(b"x" * (MOST_BYTES + 1000))
    with Mailbox() as reading:
        assert [len(waiting.raw) for waiting in reading.waiting()] == [MOST_BYTES]


def test_there_may_be_very_many(mailbox: TestMailbox) -> None:
    for number in range(2 * AT_ONCE + 1):
        mailbox.receive(str(number).encode())
    with Mailbox() as reading:
        read = [int(waiting.raw) for waiting in reading.waiting()]
    assert read == list(range(2 * AT_ONCE + 1))


@pytest.mark.parametrize("how", ["refuses", "hangs_up"])
def test_one_that_cannot_be_fetched_keeps_us_from_no_other(how: str, mailbox: TestMailbox) -> None:
    for raw in (b"one", b"two", b"three"):
        mailbox.receive(raw)
    setattr(mailbox, how, lambda command: command.startswith("UID FETCH 2 "))
    with Mailbox() as reading:
        for waiting in reading.waiting():
            reading.remove(waiting)
    assert bodies(mailbox) == [b"two"]


@pytest.mark.parametrize("refused", ["", "Unclear", "Unclear INBOX.Unclear"])
def test_what_is_set_aside_is_found_somewhere(refused: str, mailbox: TestMailbox) -> None:
    mailbox.receive(b"one")
    names = [f'"{name}"' for name in refused.split()]
    mailbox.refuses = lambda command: any(name in command for name in names)
    with Mailbox() as reading:
        for waiting in reading.waiting():
            reading.set_aside(waiting)
    assert bodies(mailbox) == []
    aside = [folder.stored[0].raw for name, folder in mailbox.folders.items() if name != "INBOX"]
    assert aside == [b"one"]


def test_where_there_can_be_no_folder_it_stays_and_is_not_read_again(mailbox: TestMailbox) -> None:
    mailbox.receive(b"one")
    mailbox.refuses = lambda command: command.startswith(("UID COPY", "CREATE"))
    with Mailbox() as reading:
        for waiting in reading.waiting():
            reading.set_aside(waiting)
    assert bodies(mailbox) == [b"one"]
    with Mailbox() as reading:
        assert list(reading.waiting()) == []


def test_what_was_set_aside_long_ago_is_forgotten(mailbox: TestMailbox) -> None:
    mailbox.receive(b"old", on=date(2026, 9, 1))
    mailbox.receive(b"new", on=date(2026, 11, 16))
    with Mailbox() as reading:
        for waiting in reading.waiting():
            reading.set_aside(waiting)
    with Mailbox() as reading:
        reading.forget_set_aside(before=date(2026, 10, 17))
    assert [stored.raw for stored in mailbox.folders["Unclear"].stored] == [b"new"]


def test_a_mailbox_that_is_not_there_says_so_without_its_password(app: Flask, mailbox: TestMailbox) -> None:
    mailbox.password = "another"
    with pytest.raises(MailboxDown) as refused, Mailbox():
        pass
    assert "secret" not in str(refused.value)
