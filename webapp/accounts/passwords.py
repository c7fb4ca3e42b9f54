"""Passwords: which are good enough, and how they are kept (P3, P27)."""

import unicodedata
from collections.abc import Iterable
from functools import cache
from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

SHORTEST = 15  # NIST SP 800-63B-4, 3.1.1.2: where the password is the only factor
LONGEST = 256
SHORTEST_OWN_WORD = 4  # "Li" or "Jo" would rule out too many good sentences

hasher = PasswordHasher()  # RFC 9106, second recommended option
# Each hash takes 64 MiB and four threads: more at once would only make all of them slow.
_at_once = BoundedSemaphore(2)


def problem(password: str, *, own: Iterable[str]) -> LazyString | None:
    """What to say about a password that will not do. `own` is what others know of the person: names, email address."""
    if "\0" in password:
        return _l("A password cannot contain a null character.")
    if len(password) < SHORTEST:
        return _l(
            "Use %(number)s characters or more. A few words in a row work well and are easy to remember.",
            number=SHORTEST,
        )
    if len(password) > LONGEST:
        return _l("Use no more than %(number)s characters.", number=LONGEST)
    if any(word in password.casefold() for word in _own_words(own)):
        return _l("Leave out your name and your email address: others try these first.")
    return None


def hashed(password: str) -> str:
    with _at_once:
        return hasher.hash(_normalized(password))


def verify(password_hash: str | None, password: str) -> bool:
    """Takes as long when there is no hash, so that nobody learns from the time whether there is an account."""
    with _at_once:
        try:
            return hasher.verify(password_hash or _hash_of_nobody(), _normalized(password)) and bool(password_hash)
        except (VerificationError, InvalidHashError):
            return False


def is_outdated(password_hash: str) -> bool:
    """Whether it was made with weaker parameters than today's."""
    return hasher.check_needs_rehash(password_hash)


def _own_words(own: Iterable[str]) -> set[str]:
    whole = {text.casefold() for text in own}
    parts = {part for text in whole for part in text.replace("@", " ").split()}
    return {word for word in whole | parts if len(word) >= SHORTEST_OWN_WORD}


def _normalized(password: str) -> str:
    """Keyboards differ in how they write the same letter (NIST SP 800-63B-4, 3.1.1.2)."""
    return unicodedata.normalize("NFKC", password)


@cache
def _hash_of_nobody() -> str:
    return hasher.hash("")
