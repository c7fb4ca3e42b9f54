"""Emails handed over in one breath: each verdict belongs to its email, however the replies arrive or stop arriving."""

import math
import time
from collections.abc import Callable, Sequence
from itertools import product

import pytest

from tests.mail.scripted_relay import HANG_UP, Script, scripted
from webapp.mail.smtp.conversation import Letter
from webapp.mail.smtp.relay import Relay, RelayDown
from webapp.mail.smtp.replies import Fate, NotSmtp, ReplyReader, Verdict

STEPS = ("mail", "rcpt", "data", "content")
EXTENSIONS = {"pipelining": ["PIPELINING", "8BITMIME", "SMTPUTF8"], "one by one": ["8BITMIME", "SMTPUTF8"]}


CONTENT = "Subject: {}\r\n\r\ntext\r\n.\r\n..dots\r\n"
LETTERS = [
    Letter("news@example.com", f"reader{number}@example.org", CONTENT.format(number).encode()) for number in range(3)
]

HandOver = Callable[..., list[Verdict]]


@pytest.fixture
def hand_over(configure: Callable[..., None]) -> HandOver:
    def hand_over(
        script: Script, some: Sequence[Letter] = LETTERS, until: float = math.inf, patience: float = 3
    ) -> list[Verdict]:
        with scripted(script) as port:
            configure(smtp_port=port, smtp_host="127.0.0.1", smtp_timeout_seconds=patience)
            with Relay() as relay:
                return list(relay.send(some, until=until))

    return hand_over


def but(step: str, number: int, answer: str) -> Script:
    """A kind relay, but for one answer."""
    kind = Script().answer
    return Script(answer=lambda at, count: answer if (at, count) == (step, number) else kind(at, count))


@pytest.mark.parametrize("piece", [0, 1, 7])
@pytest.mark.parametrize("offers", EXTENSIONS.values(), ids=EXTENSIONS)
def test_every_email_arrives_as_it_is(hand_over: HandOver, offers: list[str], piece: int) -> None:
    script = Script(offers=offers, piece=piece)
    verdicts = hand_over(script)
    assert [verdict.fate for verdict in verdicts] == [Fate.ACCEPTED] * 3
    assert script.connections == 1
    assert [content.replace(b"\r\n..", b"\r\n.") for content in script.accepted] == [each.content for each in LETTERS]
    assert script.recipients == [f"RCPT TO:<{each.to}>" for each in LETTERS]


def test_the_next_envelope_travels_with_the_content_before_it(hand_over: HandOver) -> None:
    script = Script()
    hand_over(script)
    assert [burst for burst in script.bursts if burst > 1] == [3, 6 + 3, 6 + 3, 6]


def test_without_pipelining_no_command_is_sent_before_the_answer_to_the_one_before(hand_over: HandOver) -> None:
    script = Script(offers=EXTENSIONS["one by one"])
    hand_over(script)
    assert [burst for burst in script.bursts if burst > 1] == [6, 6, 6]


@pytest.mark.parametrize("offers", EXTENSIONS.values(), ids=EXTENSIONS)
@pytest.mark.parametrize(("step", "number"), list(product(STEPS, range(3))))
@pytest.mark.parametrize(
    ("answer", "fate"),
    [("550 5.1.1 no", Fate.REFUSED), ("451-4.7.1 not\r\n451 4.7.1 now", Fate.DEFERRED)],
    ids=["refused", "deferred"],
)
def test_a_refusal_is_told_of_the_email_it_belongs_to(
    hand_over: HandOver, offers: list[str], step: str, number: int, answer: str, fate: Fate
) -> None:
    script = but(step, number, answer)
    script.offers = offers
    verdicts = hand_over(script)
    others = [verdict.fate for at, verdict in enumerate(verdicts) if at != number]
    assert (verdicts[number].fate, others) == (fate, [Fate.ACCEPTED] * 2)
    assert verdicts[number].reply.startswith(answer[:3])
    assert len(script.accepted) == 2


@pytest.mark.parametrize("offers", EXTENSIONS.values(), ids=EXTENSIONS)
@pytest.mark.parametrize(("step", "number"), list(product(STEPS, range(3))))
@pytest.mark.parametrize("answer", [HANG_UP, "421 4.3.2 closing"])
def test_where_the_relay_hangs_up_one_email_is_in_doubt_and_the_others_arrive(
    hand_over: HandOver, offers: list[str], step: str, number: int, answer: str
) -> None:
    script = but(step, number, answer)
    script.offers = offers
    verdicts = hand_over(script)
    expected = Fate.UNKNOWN if (step, answer) == ("content", HANG_UP) else Fate.DEFERRED
    assert [verdict.fate for verdict in verdicts] == [expected if at == number else Fate.ACCEPTED for at in range(3)]
    assert len(script.accepted) == 2


def test_a_relay_that_takes_content_for_nobody_gets_none(hand_over: HandOver) -> None:
    answers = {"rcpt": "550 no", "data": "354 go on", "content": "554 nobody"}
    script = Script(answer=lambda step, _number: answers.get(step, "250 OK"), takes_content_for_nobody=True)
    verdicts = hand_over(script)
    assert [verdict.reply for verdict in verdicts] == ["550 no"] * 3
    assert script.bursts[1:4] == [3, 1 + 3, 1 + 3]


def test_an_answer_that_never_comes_is_given_up(hand_over: HandOver) -> None:
    script = Script(piece=1, pause=0.7)
    with pytest.raises(RelayDown):
        hand_over(script, patience=0.5)


@pytest.mark.parametrize(
    ("letter", "why"),
    [
        (Letter("a@example.com", "jörg@example.org", b"x"), "SMTPUTF8"),
        (Letter("a@example.com", "anna@example.org", "Grüezi".encode()), "8BITMIME"),
    ],
)
def test_what_the_relay_cannot_carry_is_refused_and_the_others_arrive(
    hand_over: HandOver, letter: Letter, why: str
) -> None:
    script = Script(offers=["PIPELINING"])
    first, second, third = LETTERS
    verdicts = hand_over(script, [first, letter, second, third])
    assert [verdict.fate for verdict in verdicts] == [Fate.ACCEPTED, Fate.REFUSED, Fate.ACCEPTED, Fate.ACCEPTED]
    assert why in verdicts[1].reply


NO_REPLIES = [
    b"HTTP/1.1 400 Bad Request\r\n",
    b"2x0 OK\r\n",
    b"250-one\r\n251 two\r\n",
    b"9" * 5_000,
    b"250-\n" * 101,
]


@pytest.mark.parametrize("said", NO_REPLIES, ids=lambda said: said[:12])
def test_what_is_no_reply_is_not_taken_for_one(said: bytes) -> None:
    with pytest.raises(NotSmtp):
        list(ReplyReader().feed(said))


@pytest.mark.parametrize("offers", EXTENSIONS.values(), ids=EXTENSIONS)
def test_when_time_is_up_no_other_email_starts_and_what_comes_later_is_unharmed(
    hand_over: HandOver, offers: list[str]
) -> None:
    script = Script(offers=offers)
    kind, begun = script.answer, time.monotonic()

    def slowly(step: str, number: int) -> str:
        time.sleep(0.3 if (step, number) == ("content", 1) else 0)
        return kind(step, number)

    script.answer = slowly
    assert len(hand_over(script, until=begun + 0.25)) == 2
    assert len(hand_over(script)) == 3
    assert [content.split(b"\r\n")[0] for content in script.accepted] == [b"Subject: 0", b"Subject: 1"] + [
        each.content.split(b"\r\n")[0] for each in LETTERS
    ]
