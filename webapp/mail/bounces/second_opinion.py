"""What flufl.bounce makes of an email in which we found nothing: it knows the letters of some twenty old mail servers.

It says that something failed, and not how badly; that their words must say.
"""

import logging
from email import message_from_bytes

from flufl.bounce import all_failures

from webapp.mail.bounces import severity
from webapp.mail.bounces.findings import Finding, Meaning, bounce
from webapp.mail.bounces.opening import Opened
from webapp.mail.bounces.prose import DAEMON, letter_of, words_of

MOST_BYTES = 32_768

logging.getLogger("flufl.bounce").setLevel(logging.CRITICAL)  # it logs where it stumbles, and what it tries


def ask(opened: Opened) -> Finding | None:
    """Only about what a program may have written: people quote bounces, too."""
    if not (DAEMON.search(opened.sender) or opened.has_no_way_back or opened.message.is_multipart()):
        return None
    if opened.header("In-Reply-To"):
        return None
    try:
        temporary, permanent = all_failures(message_from_bytes(opened.raw[:MOST_BYTES]))
    except Exception:  # it stumbles over emails without any text, for example
        return None
    if permanent:
        letter = letter_of(opened)
        status = severity.status_in(letter)
        return bounce(permanent=severity.is_permanent(status, letter), status=status, words=words_of(opened))
    return Finding(Meaning.DELAYED) if temporary else None
