"""What an email that came in means to us."""

from dataclasses import dataclass
from enum import StrEnum

LONGEST_WORDS = 300


class Meaning(StrEnum):
    HARD_BOUNCE = "hard_bounce"  # there is no such mailbox, and there will be none
    SOFT_BOUNCE = "soft_bounce"  # it was not delivered, for a reason that may pass, or that is ours
    COMPLAINT = "complaint"
    UNSUBSCRIBE = "unsubscribe"
    DELAYED = "delayed"  # another server still tries
    DELIVERED = "delivered"  # or passed on to somebody who does not tell
    AUTO_REPLY = "auto_reply"  # a holiday notice, a ticket, a receipt
    CHALLENGE = "challenge"  # somebody's program wants to know whether we are human
    UNCLEAR = "unclear"  # perhaps a person


BOUNCES = (Meaning.HARD_BOUNCE, Meaning.SOFT_BOUNCE)


@dataclass(frozen=True)
class Finding:
    """`status` is the code of RFC 3463, if there is one, and `words` are those of the mail server."""

    meaning: Meaning
    status: str = ""
    words: str = ""


def bounce(*, permanent: bool, status: str, words: str) -> Finding:
    meaning = Meaning.HARD_BOUNCE if permanent else Meaning.SOFT_BOUNCE
    return Finding(meaning, status, " ".join(words.split())[:LONGEST_WORDS])
