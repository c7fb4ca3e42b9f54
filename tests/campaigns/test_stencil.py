"""The quick way to an email and the one of the standard library give the same email, whatever people are called."""

from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from uuid import UUID

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from webapp.campaigns.audience import Recipient
from webapp.campaigns.models import Campaign
from webapp.campaigns.rendering import VARIABLES, Compiled, compile_campaign
from webapp.campaigns.stencil import LONGEST_LINE, Stencil
from webapp.consents.models import Topic
from webapp.mail.rendering import compose, message_id

ANY = UUID(int=7)
DATE = "Mon, 23 Nov 2026 18:00:00 +0000"
EVERY = " · ".join(f"{{{{ {name} | somebody }}}}" for name in VARIABLES)
BODIES = [
    f"Dear {EVERY},\n\nread [more](https://example.org/?who={{{{ full_name }}}}).\n\n* a = b\n* Grüezi\n\n.\n",
    "{{ given_name }}",
    f"{'A long paragraph of many words without any break at all. ' * 40}{EVERY}",
]


def compiled(body: str, subject: str = "News for {{ full_name | you }}") -> Compiled:
    news = Topic(id=ANY, slug="news", titles={"en": "Product news"}, descriptions={}, position=1)
    return compile_campaign(Campaign(id=ANY, topic_id=ANY, topic=news, subject=subject, body=body), "en")


def both(campaign: Compiled, reader: Recipient, *, eight_bits: bool) -> tuple[EmailMessage, EmailMessage]:
    letter = campaign.letter(reader)
    slow = compose(letter.rendered, to=reader.email, message_id=message_id("c.1"), headers=letter.headers)
    quick = Stencil(campaign, eight_bits=eight_bits).letter(reader, key="c.1", date=DATE).content
    return slow, message_from_bytes(quick, policy=default)


def assert_same(quick: EmailMessage, slow: EmailMessage) -> None:
    assert not quick.defects
    assert [name for name in quick] == [name for name in slow]  # noqa: C416  # the headers, in order
    for name in set(slow.keys()) - {"Date", "Content-Type"}:
        assert str(quick[name]) == str(slow[name]), name
    for kind in ("plain", "html"):
        there, here = quick.get_body((kind,)), slow.get_body((kind,))
        assert there is not None
        assert here is not None
        assert not there.defects
        assert there.get_content().replace("\r\n", "\n") == here.get_content().replace("\r\n", "\n")


# What the forms let in: any script, no controls and no line breaks.
names = st.text(st.characters(exclude_categories=("Cc", "Cs", "Zl", "Zp")), max_size=60)
readers = st.builds(
    Recipient,
    st.just(ANY),
    st.sampled_from(
        ["anna@example.org", "o'hara+news@example.org", "jörg@example.org", '"a b"@example.org'.strip('"')]
    ),
    st.just("en"),
    names,
    names,
    names,
)


@pytest.mark.parametrize("eight_bits", [True, False])
@pytest.mark.parametrize("body", BODIES, ids=["list", "short", "long lines"])
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(reader=readers)
def test_both_ways_give_the_same_email(app: Flask, body: str, eight_bits: bool, reader: Recipient) -> None:
    slow, quick = both(compiled(body), reader, eight_bits=eight_bits)
    assert_same(quick, slow)


@pytest.mark.parametrize("eight_bits", [True, False])
@pytest.mark.parametrize("body", BODIES, ids=["list", "short", "long lines"])
def test_no_line_is_longer_than_a_relay_must_take(app: Flask, body: str, eight_bits: bool) -> None:
    reader = Recipient(ANY, "anna@example.org", "en", "Ünïcödé " * 12, "=" * 99, "𝒳" * 99)
    content = Stencil(compiled(body), eight_bits=eight_bits).letter(reader, key="c.1", date=DATE).content
    assert max(map(len, content.split(b"\r\n"))) <= LONGEST_LINE
    assert b"\n" not in content.replace(b"\r\n", b"")
    assert eight_bits or content.isascii()
