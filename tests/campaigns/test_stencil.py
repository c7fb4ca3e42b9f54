"""The quick way to an email, the slow one and the standard library give the same email, whatever people are called."""

from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from functools import cache
from uuid import UUID

import pytest
from flask import Flask
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from webapp.campaigns.audience import Recipient
from webapp.campaigns.models import Campaign
from webapp.campaigns.rendering import Compiled, compile_for
from webapp.campaigns.stencil import LONGEST_LINE, Stencil
from webapp.campaigns.variables import VARIABLES
from webapp.consents.models import Topic
from webapp.mail.rendering import compose, message_id, one_line

ANY = UUID(int=7)
DATE = "Mon, 23 Nov 2026 18:00:00 +0000"
EVERY = " · ".join(f"{{{{ {name} | somebody }}}}" for name in VARIABLES)
BODIES = {
    "list": f"Dear {EVERY},\n\nread [more](https://example.org/?who={{{{ full_name }}}}).\n\n* a = b\n* Grüezi\n\n.\n",
    "short": "{{ given_name }}",
    "titles": "# For {{ given_name | you }}\n\n> ## {{ organization | 会社 }}\n\nFrom.\n",
    "long lines": f"{'A long paragraph of many words without any break at all. ' * 40}{EVERY}",
}


@cache
def compiled_for_all(body: str) -> Compiled:
    return compiled(HARD[0], body)


def compiled(reader: Recipient, body: str, subject: str = "News for {{ full_name | you }}") -> Compiled:
    news = Topic(id=ANY, slug="news", titles={"en": "Product news"}, descriptions={}, position=1)
    return compile_for(reader, Campaign(id=ANY, topic_id=ANY, topic=news, subject=subject, body=body))


def slow(campaign: Compiled, reader: Recipient) -> EmailMessage:
    """Filled text by text, and built by the standard library."""
    letter = campaign.letter(reader)
    return compose(letter.rendered, to=reader.email, message_id=message_id("c.1"), headers=letter.headers)


def quick(campaign: Compiled, reader: Recipient, *, eight_bits: bool) -> EmailMessage:
    letter = Stencil(campaign, eight_bits=eight_bits).letter(reader, key="c.1", date=DATE)
    assert letter.may_have_dots or b"\n." not in letter.content
    return message_from_bytes(letter.content, policy=default)


@pytest.mark.parametrize(
    ("body", "may_have_dots"),
    [("Hello {{ given_name | you }},\n\nread this.", False), ("{{ given_name | … }}", True), (".", True)],
)
def test_dots_are_looked_for_where_a_line_may_start_with_one(app: Flask, body: str, may_have_dots: bool) -> None:
    letter = Stencil(compiled(HARD[1], body), eight_bits=True).letter(HARD[1], key="c.1", date=DATE)
    assert letter.may_have_dots is may_have_dots


def assert_same(one: EmailMessage, other: EmailMessage) -> None:
    assert not one.defects
    assert list(one.keys()) == list(other.keys())
    for name in set(other.keys()) - {"Date", "Content-Type"}:
        assert str(one[name]) == str(other[name]), name
    for kind in ("plain", "html"):
        here, there = one.get_body((kind,)), other.get_body((kind,))
        assert here is not None
        assert there is not None
        assert not here.defects
        assert here.get_content().replace("\r\n", "\n") == there.get_content().replace("\r\n", "\n")


# Any script, emoji, controls, and what turns the direction of writing. The forms let in less.
names = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)
addresses = ["anna@example.org", "o'hara+news@example.org", "jörg@example.org", "a b@example.org"]
readers = st.builds(Recipient, st.just(ANY), st.sampled_from(addresses), st.just("en"), names, names, names)
ATTACK = "Anna\r\nBcc: everybody@example.org\r\n\r\n<b>Hi</b>\r\n.\r\nMAIL FROM:<x@example.org>"
HARD = [
    Recipient(ANY, "anna@example.org", "en", ATTACK, "\r", "\n.\n"),
    Recipient(ANY, "anna@example.org", "en", "👩‍👩‍👧‍👦 Zoë", "\u202eםולש", "* = ?"),
    Recipient(
        ANY, "anna@example.org", "en", "Donaudampfschifffahrtsgesellschaft" * 8, "x " * 200, "{{ email }} {% if %}"
    ),
    Recipient(ANY, "anna@example.org", "en", "." * 200, ".", "0" + "." * 200),
]


@pytest.mark.parametrize("eight_bits", [True, False])
@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@example(reader=HARD[0])
@example(reader=HARD[1])
@example(reader=HARD[2])
@example(reader=HARD[3])
@given(reader=readers)
def test_all_ways_give_the_same_email(app: Flask, body: str, eight_bits: bool, reader: Recipient) -> None:
    campaign = compiled_for_all(body)
    assert_same(quick(campaign, reader, eight_bits=eight_bits), slow(campaign, reader))


CONDITIONS = (
    "{% if organization %}At {{ organization }}{% elif given_name == family_name %}You{% else %}"
    "{{ full_name }}{% endif %}"
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@example(reader=HARD[0])
@example(reader=HARD[1])
@given(reader=readers | readers.map(lambda reader: reader._replace(organization="")))
def test_with_conditions_it_is_the_email_that_would_be_written_to_this_reader_alone(
    app: Flask, reader: Recipient
) -> None:
    name, surname, company = (one_line(each) for each in (reader.given_name, reader.family_name, reader.organization))
    words = "At {{ organization }}" if company else "You" if name == surname else "{{ full_name }}"
    text = "# %s\n\nNews: %s."
    alone = compiled(reader, text % (words, words), words)
    chosen = compiled(reader, text % (CONDITIONS, CONDITIONS), CONDITIONS)
    for way in (slow(chosen, reader), quick(chosen, reader, eight_bits=True), quick(chosen, reader, eight_bits=False)):
        assert_same(way, slow(alone, reader))


def test_a_subject_that_looks_encoded_is_not_decoded(app: Flask) -> None:
    reader = HARD[0]._replace(given_name="=?utf-8?q?x?=", family_name="")
    assert quick(compiled(reader, "Hi"), reader, eight_bits=True)["Subject"] == "News for =?utf-8?q?x?="


@pytest.mark.parametrize("eight_bits", [True, False])
@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
def test_no_line_is_longer_than_a_relay_must_take(app: Flask, body: str, eight_bits: bool) -> None:
    reader = Recipient(ANY, "anna@example.org", "en", "Ünïcödé " * 12, "=" * 99, "𝒳" * 99)
    content = Stencil(compiled_for_all(body), eight_bits=eight_bits).letter(reader, key="c.1", date=DATE).content
    assert max(map(len, content.split(b"\r\n"))) <= LONGEST_LINE
    assert b"\n" not in content.replace(b"\r\n", b"")
    assert eight_bits or content.isascii()
