"""When two email addresses are the same: letters that look alike are not."""

import unicodedata
from collections.abc import Callable
from contextlib import suppress

import pytest
from flask import Flask

from tests.accounts.browsers import can_sign_in, without_secrets
from tests.pages import PageClient
from tests.people import person
from tests.relay import TestRelay
from webapp.subjects.addresses import InvalidAddress, address_hash, normalize

ANNA = "anna@example.org"
LOOKING_LIKE_ANNA = [
    "\u0430nna@example.org",  # a Cyrillic letter
    "ann\u0251@example.org",
    "\u1d00nna@example.org",
    "anna@ex\u0430mple.org",
    "anna@example\u2024org.example",
    "ann\u00e1@example.org",
]


@pytest.mark.parametrize("address", LOOKING_LIKE_ANNA)
def test_an_address_that_looks_like_another_is_another(app: Flask, client: PageClient, address: str) -> None:
    person(ANNA)
    with suppress(InvalidAddress):
        assert address_hash(address) != address_hash(ANNA)
    assert not can_sign_in(client, address)
    stranger = client.submit("/sign-in", {"email": "nobody@example.org", "password": "not the password"})
    alike = client.submit("/sign-in", {"email": address, "password": "not the password"})
    texts = {
        without_secrets(answer.text.replace(f'value="{email}"', ""))
        for answer, email in ((stranger, "nobody@example.org"), (alike, address))
    }
    assert len(texts) == 1


@pytest.mark.parametrize("address", LOOKING_LIKE_ANNA)
def test_a_new_password_for_an_address_that_looks_alike_goes_to_nobody(
    client: PageClient, run_jobs: Callable[[], None], relay: TestRelay, address: str
) -> None:
    person(ANNA)
    client.submit("/password/forgotten", {"email": address})
    run_jobs()
    assert relay.received == []


@pytest.mark.parametrize(
    ("one", "other"), [("stra\u00dfe", "strasse"), ("\u017fam", "sam"), ("\ufb01nn", "finn"), ("\u0131da", "ida")]
)
def test_letters_that_only_sound_alike_are_different_mailboxes(app: Flask, one: str, other: str) -> None:
    assert address_hash(f"{one}@example.org") != address_hash(f"{other}@example.org")


@pytest.mark.parametrize(
    "same", ["Anna@Example.ORG", " anna@example.org ", "ANNA@EXAMPLE.ORG", "anna@\uff45xample.org", "anna@example.org."]
)
def test_the_same_address_may_be_written_in_several_ways(app: Flask, same: str) -> None:
    try:
        assert address_hash(same) == address_hash(ANNA)
    except InvalidAddress:
        assert same.endswith(".")


@pytest.mark.parametrize("composed", ["\u00fcrs@example.org", "\u212bsa@example.org"])
def test_one_letter_written_with_two_signs_is_one_letter(app: Flask, composed: str) -> None:
    assert address_hash(composed) == address_hash(unicodedata.normalize("NFD", composed))


@pytest.mark.parametrize(
    "address",
    [
        "anna\0@example.org",
        "an\u200bna@example.org",
        "anna\u202e@example.org",
        "anna@example.org\nBcc: all@example.org",
        "anna@exa\u00admple\u0000.org",
        "anna@@example.org",
        "a" * 300 + "@example.org",
        "<script>@example.org",
        "",
    ],
)
def test_what_cannot_be_a_mailbox_is_refused(app: Flask, address: str) -> None:
    with pytest.raises(InvalidAddress):
        normalize(address)
