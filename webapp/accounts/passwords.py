"""Passwords: which are good enough, and how they are kept (P3, P27)."""

import unicodedata
from collections.abc import Iterable
from functools import cache
from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from webapp.accounts import common_passwords, own_words, strength

SHORTEST = 15  # NIST SP 800-63B-4, 3.1.1.2: where the password is the only factor
SHORTEST_WITH_SECOND_FACTOR = 8
LONGEST = 256

hasher = PasswordHasher()  # RFC 9106, second recommended option
# Each hash takes 64 MiB and four threads: more at once would only make all of them slow.
_at_once = BoundedSemaphore(2)


def problem(password: str, *, own: Iterable[str], shortest: int = SHORTEST) -> LazyString | None:
    """What to say about a password that will not do. `own` is what others know of the person: names, email address."""
    if "\0" in password:
        return _l("A password cannot contain a null character.")
    if len(password) < shortest:
        return _l(
            "Use %(number)s characters or more. A few words in a row work well and are easy to remember.",
            number=shortest,
        )
    if len(password) > LONGEST:
        return _l("Use no more than %(number)s characters.", number=LONGEST)
    return _easy_to_guess(_normalized(password), own=list(own))


def hashed(password: str) -> str:
    with _at_once:
        return hasher.hash(_normalized(password))


def verify(password_hash: str | None, password: str) -> bool:
    """Takes as long when there is no hash, so that nobody learns from the time whether there is an account."""
    with _at_once:
        try:
            return hasher.verify(password_hash or _hash_of_nobody(), _tried(password)) and bool(password_hash)
        except (VerificationError, InvalidHashError):
            return False


def is_outdated(password_hash: str) -> bool:
    """Whether it was made with weaker parameters than today's."""
    return hasher.check_needs_rehash(password_hash)


def _easy_to_guess(password: str, *, own: list[str]) -> LazyString | None:
    if word := own_words.found_in(password, own):
        return _l("Leave out “%(word)s”: others try first what they know of you.", word=word)
    if common_passwords.is_common(password):
        return _l("This password is known from a theft of passwords elsewhere. Choose one that only you use.")
    if strength.score(password, own=own) < strength.WEAKEST_ACCEPTED:
        return _l("This is guessed quickly. Add a few words that do not belong together.")
    return None


def _tried(password: str) -> str:
    """No longer than one can be, so that nobody keeps us busy with a whole book."""
    return _normalized(password[: LONGEST + 1])


def _normalized(password: str) -> str:
    """Keyboards differ in how they write the same letter (NIST SP 800-63B-4, 3.1.1.2)."""
    return unicodedata.normalize("NFKC", password)


@cache
def _hash_of_nobody() -> str:
    return hasher.hash("")
