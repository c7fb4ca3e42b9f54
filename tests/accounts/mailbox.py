"""What a person finds in their mailbox."""

import re
from urllib.parse import urlsplit

from tests.relay import Received, TestRelay


def newest(relay: TestRelay, address: str) -> Received:
    assert relay.to(address), f"nothing came for {address}"
    return relay.to(address)[-1]


def titled(relay: TestRelay, address: str, subject: str) -> Received:
    """The newest one with this subject."""
    return next(received for received in reversed(relay.to(address)) if received.subject == subject)


def link(received: Received) -> str:
    """The path of the first link in an email; text and HTML have the same."""
    found = re.search(r"https?://\S+", received.text)
    assert found, received.text
    assert found[0] in received.html.replace("&amp;", "&")
    return urlsplit(found[0]).path


def subjects(relay: TestRelay, address: str) -> list[str]:
    return [received.subject for received in relay.to(address)]
