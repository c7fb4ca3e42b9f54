"""Passwords that others have used and lost, from a list that comes with the app. Where it is from: docs/decisions.md.

The file holds the first five bytes of each password's SHA-256, sorted. It is mapped into memory and searched where it
lies, so that it takes no time to load and all workers of a machine share one copy.
"""

import hashlib
import mmap
from bisect import bisect_left
from functools import cache
from pathlib import Path

FILE = Path(__file__).with_suffix(".bin")
SIZE = 5  # of 2**40 fingerprints less than a million are taken: one good password in 1.3 million is refused by mistake


def is_common(password: str) -> bool:
    """Letter case does not count."""
    wanted, known = fingerprint(password), _known()
    place = bisect_left(range(how_many()), wanted, key=lambda i: known[i * SIZE : (i + 1) * SIZE])
    return known[place * SIZE : (place + 1) * SIZE] == wanted


def how_many() -> int:
    return len(_known()) // SIZE


def fingerprint(password: str) -> bytes:
    return hashlib.sha256(password.casefold().encode(errors="replace")).digest()[:SIZE]


@cache
def _known() -> mmap.mmap:
    with FILE.open("rb") as file:
        return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
