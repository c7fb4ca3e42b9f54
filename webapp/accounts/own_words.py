"""What others know of a person and try first as a password: names, company, email address; also disguised."""

import re
import unicodedata
from collections.abc import Iterable

SHORTEST = 4  # "Li" or "Jo" would rule out too many good sentences

# One sign for all that look or are read alike: Cyrillic and Greek letters, and what is typed instead of letters.
_ALIKE = str.maketrans("авекмнорстухіјѕαβεικνορτυχ4@83961!|l05$72", "abekmhopctyxijsabeikvoptuxaabeggiiiiosstz")


def found_in(password: str, own: Iterable[str]) -> str | None:
    """The first of a person's own words that is part of the password, as they write it themselves."""
    hidden = _plain(password)
    return next((word for text in own for word in _words(text) if _plain(word) in hidden), None)


def _words(text: str) -> list[str]:
    """`anna.keller@example.org` is known by its whole, its owner's part and the words in it, and its domain."""
    name, _, domain = text.rpartition("@")
    words = [text, domain, name, *re.split(r"[\W_]+", name)] if name else [text, *re.split(r"[\W_]+", text)]
    return [word for word in words if len(_plain(word)) >= SHORTEST]


def _plain(text: str) -> str:
    apart = unicodedata.normalize("NFKD", text)
    return "".join(sign for sign in apart if not unicodedata.combining(sign)).casefold().translate(_ALIKE)
