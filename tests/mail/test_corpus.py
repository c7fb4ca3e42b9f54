"""What came back is read rightly: every email of the corpus, and whatever else somebody sends us."""

import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from tests.mail import corpus
from tests.mail.corpus import Sample
from webapp.mail.bounces import return_paths
from webapp.mail.bounces.findings import Meaning
from webapp.mail.bounces.reading import read

ROOT = Path(__file__).parents[2]
ANNA = "anna@reader.example"
MONTH, NUMBER = date(2026, 11, 1), 1204
SAMPLES = list(corpus.samples())


@pytest.fixture
def bounces(configure: Callable[..., None]) -> None:
    configure(bounce_address="bounces@mail.candor.example")


def arrived(sample: Sample) -> bytes:
    ours = return_paths.ours()
    assert ours
    return sample.addressed(
        undelivered=ours.for_delivery(MONTH, NUMBER, to=ANNA),
        no_more=ours.to_unsubscribe(MONTH, NUMBER),
    )


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.name)
def test_it_means_what_it_means(bounces: None, sample: Sample) -> None:
    incoming = read(arrived(sample))
    assert incoming.finding.meaning is sample.meaning, incoming.finding


@pytest.mark.parametrize(
    "sample",
    [sample for sample in SAMPLES if sample.meaning in (corpus.HARD, corpus.SOFT, corpus.COMPLAINT, "unsubscribe")],
    ids=lambda sample: sample.name,
)
def test_it_is_known_which_email_it_is_about(bounces: None, sample: Sample) -> None:
    genuine = [mark for mark in read(arrived(sample)).marks if mark.is_genuine(to=ANNA)]
    assert {mark.delivery for mark in genuine} == {(MONTH, NUMBER)}


def test_the_words_of_the_server_are_kept(bounces: None) -> None:
    by_name = {sample.name: read(arrived(sample)).finding for sample in SAMPLES}
    found = by_name["hard_bounce/postfix_user_unknown"]
    assert found.status == "5.1.1"
    assert (
        found.words
        == "550 5.1.1 <anna@reader.example>: Recipient address rejected: User unknown in virtual mailbox table"
    )
    assert by_name["hard_bounce/qmail_no_mailbox"].words == "Sorry, no mailbox here by that name. (#5.1.1)"
    assert by_name["hard_bounce/smtputf8_rfc6533"].words == "550 5.1.1 <jörg@leser.example>: Empfänger unbekannt"


@pytest.mark.parametrize("sample", SAMPLES[::7], ids=lambda sample: sample.name)
def test_it_may_break_off_anywhere(bounces: None, sample: Sample) -> None:
    whole = arrived(sample)
    for end in range(0, len(whole), max(1, len(whole) // 40)):
        assert read(whole[:end])


@examples(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(sample=st.sampled_from(SAMPLES), data=st.data())
def test_nothing_in_it_can_stop_us(bounces: None, sample: Sample, data: st.DataObject) -> None:
    whole = bytearray(arrived(sample))
    for place in data.draw(st.lists(st.integers(0, max(0, len(whole) - 1)), max_size=30)):
        if whole:
            whole[place] = data.draw(st.integers(0, 255))
    assert read(bytes(whole)).finding.meaning in Meaning


@pytest.mark.parametrize(
    "piece",
    [
        b"<",
        b"-",
        b"\n",
        b" ",
        b"a@b ",
        b"user ",
        b"--x\n",
        b"=?utf-8?b?",
        b"550 ",
        b"<script>",
        b"@mail.candor.example ",
    ],
)
def test_nobody_can_keep_us_busy(bounces: None, piece: bytes) -> None:
    head = b"From: mailer-daemon@x.example\nSubject: failure notice\nContent-Type: text/html\n\n"
    began = time.perf_counter()
    read(head + piece * (262_144 // len(piece)))
    read(b"From: mailer-daemon@x.example\nSubject: " + piece * (262_144 // len(piece)))
    assert time.perf_counter() - began < 3


def test_the_figures_in_the_docs_are_those_of_the_corpus(bounces: None) -> None:
    told = [(sample.meaning, read(arrived(sample)).finding.meaning) for sample in SAMPLES]
    assert len(told) >= 60
    assert corpus.table(corpus.scores(told)) in (ROOT / "docs" / "delivery.md").read_text()
