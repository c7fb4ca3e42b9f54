"""Which passwords are good enough, and how they are kept."""

import random
import time
from importlib.util import find_spec, module_from_spec

import pytest
from argon2 import extract_parameters
from argon2.profiles import RFC_9106_LOW_MEMORY

from deploy.common_passwords import compact
from tests.people import PASSWORD, quick_hasher
from webapp.accounts import common_passwords, passwords, strength
from webapp.accounts.passwords import SHORTEST_WITH_SECOND_FACTOR

OWN = ["anna.keller@example.org", "Anna", "Keller-Šimić"]


def test_passwords_are_hashed_as_rfc_9106_advises() -> None:
    """In a copy of the module, since the tests make the real one quick."""
    spec = find_spec(passwords.__name__)
    assert spec
    assert spec.loader
    untouched = module_from_spec(spec)
    spec.loader.exec_module(untouched)
    assert extract_parameters(untouched.hashed("x")) == RFC_9106_LOW_MEMORY


LONG = "".join(f"marmot {number}, " for number in range(1, 40))


@pytest.mark.parametrize(
    "password",
    [
        PASSWORD,
        LONG[:256],
        "Dachs und Murmeltier",
        "correct horse battery staple",
        "🦄🏔️🧀🐄🚠🎿🍫🕰️🐐🌲🏞️🧭",
        "كلمة مرور طويلة جدا",
        "tabs\tand\nnew lines are fine",
        "no capital, no digit",
        "a" * 30 + " marmot in the meadow",  # a dull beginning makes a long password no worse
    ],
)
def test_any_long_password_will_do(password: str) -> None:
    assert passwords.problem(password, own=OWN) is None


@pytest.mark.parametrize("password", ["", LONG[:14], LONG[:257], "a null \0 byte in the middle"])
def test_too_short_too_long_or_with_a_null_byte(password: str) -> None:
    assert passwords.problem(password, own=OWN)


def test_beside_a_second_factor_eight_characters_are_enough() -> None:
    assert passwords.problem("q7 Gämsi", own=OWN)
    assert passwords.problem("q7 Gämsi", own=OWN, shortest=SHORTEST_WITH_SECOND_FACTOR) is None
    assert passwords.problem("q7 Gäms", own=OWN, shortest=SHORTEST_WITH_SECOND_FACTOR)


@pytest.mark.parametrize(
    "password", ["PolniyPizdec0211", "polniypizdec0211", "1qaz2wsx3edc4rfv", "momsanaladventure", "qwerty1234567890"]
)
def test_passwords_that_were_stolen_elsewhere_are_refused(password: str) -> None:
    assert "known from a theft" in str(passwords.problem(password, own=OWN))


@pytest.mark.parametrize("password", ["password", "iloveyou", "trustno1", "q1w2e3r4"])
def test_short_ones_too_where_they_would_be_long_enough(password: str) -> None:
    assert "known from a theft" in str(passwords.problem(password, own=[], shortest=SHORTEST_WITH_SECOND_FACTOR))


@pytest.mark.parametrize(
    "password", ["p" * 47, "p" * 256, " " * 15, "🦄" * 15, "abc" * 20, "Passw0rd!Passw0rd!", "aaaaaaaabbbbbbbbb"]
)
def test_what_is_guessed_at_once_is_refused(password: str) -> None:
    assert "guessed quickly" in str(passwords.problem(password, own=OWN))


@pytest.mark.parametrize(
    "own",
    [
        "anna",
        "ANNA",
        "keller-šimić",
        "Keller",
        "simic",
        "anna.keller",
        "Anna.Keller@Example.org",
        "example.org",
        "K3ller",
        "4nn4",
        "@nna",
        "аnnа",  # with Cyrillic а
        "K\u0435ller",  # with Cyrillic е
        "ＡＮＮＡ",
        "A\u0301nna",
        "Alpenglow",
        "4lpengl0w",
    ],
)
def test_what_others_know_of_the_person_is_refused_also_disguised(own: str) -> None:
    assert "Leave out" in str(passwords.problem(f"seven {own} meadow 73", own=[*OWN, "Alpenglow Hosting"]))


def test_the_word_to_leave_out_is_named() -> None:
    assert "“keller”" in str(passwords.problem("the k3113r of seven meadows", own=OWN))


@pytest.mark.parametrize("own", ["", "Li", "a@b.co", "Bo"])
def test_short_names_rule_nothing_out(own: str) -> None:
    assert passwords.problem("a librarian at both ends", own=[own]) is None


def test_the_list_is_small_and_loads_at_once() -> None:
    assert common_passwords.FILE.stat().st_size < 5_000_000
    common_passwords._known.cache_clear()
    begun = time.perf_counter()
    common_passwords.is_common(PASSWORD)
    assert time.perf_counter() - begun < 0.1


def test_good_passwords_are_not_taken_for_stolen_ones() -> None:
    """One in 1.4 million would be: that one of these is has a chance of 0.7 %."""
    chance = random.Random(2026)
    assert not any(common_passwords.is_common(f"{chance.getrandbits(100):x}") for _ in range(10_000))


def test_the_list_is_made_of_what_it_is_given() -> None:
    listed = ["One known password", "another known password"]
    content = compact([*listed, *listed])
    assert len(content) == 2 * common_passwords.SIZE
    assert content == b"".join(sorted(common_passwords.fingerprint(password.upper()) for password in listed))


def test_no_password_takes_long_to_estimate(monkeypatch: pytest.MonkeyPatch) -> None:
    """zxcvbn takes eight seconds for this one, if it is given 72 characters of it."""
    looked_at: list[str] = []

    def quick(text: str, user_inputs: list[str]) -> dict[str, int]:
        looked_at.append(text)
        return {"score": 1}

    monkeypatch.setattr(strength, "zxcvbn", quick)
    strength.score("4@({[<68390!1|70$5+7x%2" * 11, own=OWN)
    assert len(looked_at) == 2
    assert max(map(len, looked_at)) == strength.LOOKED_AT


@pytest.mark.parametrize("password", ["aA1!" * 64, "p" * 256, "\ud800" * 20, "\u202e" * 15])
def test_any_password_can_be_estimated(password: str) -> None:
    assert 0 <= strength.score(password, own=OWN) <= 4
    passwords.problem(password, own=OWN)


def test_strength_grows_with_words() -> None:
    scores = [strength.score(password, own=OWN) for password in ("", "marmot", "marmot77", "a meadow full of marmots")]
    assert scores == [0, 1, 2, 4]


def test_own_words_make_a_password_weaker() -> None:
    assert strength.score("keller-simic 1", own=["keller-simic"]) < strength.score("keller-simic 1", own=[])


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
