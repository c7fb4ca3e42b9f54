"""Which passwords are good enough, and how they are kept."""

from importlib.util import find_spec, module_from_spec

import pytest
from argon2 import extract_parameters
from argon2.profiles import RFC_9106_LOW_MEMORY

from tests.people import PASSWORD, quick_hasher
from webapp.accounts import passwords

OWN = ["anna.keller@example.org", "Anna", "Keller-Šimić"]


def test_passwords_are_hashed_as_rfc_9106_advises() -> None:
    """In a copy of the module, since the tests make the real one quick."""
    spec = find_spec(passwords.__name__)
    assert spec
    assert spec.loader
    untouched = module_from_spec(spec)
    spec.loader.exec_module(untouched)
    assert extract_parameters(untouched.hashed("x")) == RFC_9106_LOW_MEMORY


@pytest.mark.parametrize(
    "password",
    [
        PASSWORD,
        "p" * 15,
        "p" * 256,
        "correct horse battery staple",
        "🦄🦄🦄🦄🦄🦄🦄🦄🦄🦄🦄🦄🦄🦄🦄",
        "كلمة مرور طويلة جدا",
        "tabs\tand\nnew lines are fine",
        "               ",
    ],
)
def test_any_long_password_will_do(password: str) -> None:
    assert passwords.problem(password, own=OWN) is None


@pytest.mark.parametrize("password", ["", "p" * 14, "p" * 257, "a null \0 byte in the middle"])
def test_too_short_too_long_or_with_a_null_byte(password: str) -> None:
    assert passwords.problem(password, own=OWN)


@pytest.mark.parametrize(
    "own", ["anna", "ANNA", "keller-šimić", "anna.keller", "Anna.Keller@Example.org", "example.org"]
)
def test_what_others_know_of_the_person_is_refused(own: str) -> None:
    assert passwords.problem(f"1234567 {own} 1234567", own=OWN)


@pytest.mark.parametrize("own", ["", "Li", "a@b.co", "Bo"])
def test_short_names_rule_nothing_out(own: str) -> None:
    assert passwords.problem("a librarian at both ends", own=[own]) is None


def test_a_hash_fits_its_password_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "hasher", quick_hasher)
    kept = passwords.hashed(PASSWORD)
    assert PASSWORD not in kept
    assert kept != passwords.hashed(PASSWORD)
    assert passwords.verify(kept, PASSWORD)
    assert not passwords.verify(kept, PASSWORD + " ")
    assert not passwords.verify(None, "")
    assert not passwords.verify("", "")
    assert not passwords.verify("not a hash", PASSWORD)
