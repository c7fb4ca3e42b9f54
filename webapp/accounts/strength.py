"""How hard a password is to guess, as zxcvbn sees it: from 0 (found at once) to 4 (practically never)."""

from collections.abc import Iterable
from threading import Lock

from zxcvbn import zxcvbn

WEAKEST_ACCEPTED = 2  # below that, a million guesses are enough
# zxcvbn takes 8 s for 72 disguised letters, 0.3 s for 24; and 24 of a good password are enough to see that it is good.
LOOKED_AT = 24
_one_at_a_time = Lock()


def score(password: str, *, own: Iterable[str]) -> int:
    """Looks at both ends and takes the better one: neither a dull beginning nor a dull end makes it easy to guess."""
    ends = {password[:LOOKED_AT], password[-LOOKED_AT:]}
    known = [word.casefold() for word in own if word]
    with _one_at_a_time:
        return max(int(zxcvbn(end, user_inputs=known)["score"]) for end in ends if end) if password else 0
