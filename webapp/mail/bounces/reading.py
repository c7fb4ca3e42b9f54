"""What an email that came in to the address for bounces means: the standards first, then what servers write anyway."""

import logging
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from webapp.mail.bounces import answers, prose, reports, return_paths, second_opinion
from webapp.mail.bounces.findings import Finding, Meaning
from webapp.mail.bounces.opening import Opened, open_email
from webapp.mail.bounces.return_paths import Kind, Mark

log = logging.getLogger(__name__)

MOST_MARKS = 20
NO_MORE = re.compile(
    r"^\W*(?:(?:re|aw|fwd?|tr|rif):\s*)*(?:please )?(?:unsubscribe|abmelden|abbestellen|d[eé]sinscri\w*|d[eé]sabonn\w*|"
    r"disiscri\w*|cancellami|remove(?: me)?|stop)\W*(?:me)?\W*$",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Incoming:
    """`marks` are those of our addresses that stand in it, those first that it was sent to."""

    finding: Finding
    subject: str
    marks: tuple[Mark, ...]


def read(raw: bytes) -> Incoming:
    """Never raises: what cannot be understood is unclear."""
    try:
        opened = open_email(raw)
        marks = tuple(islice(dict.fromkeys(return_paths.marks_in(opened.everything)), MOST_MARKS))
        return Incoming(_meaning(opened), opened.subject, marks)
    except Exception:
        log.exception("an email that came in could not be read")
        return Incoming(Finding(Meaning.UNCLEAR), "", ())


def _meaning(opened: Opened) -> Finding:
    return next(_opinions(opened), Finding(Meaning.UNCLEAR))


def _opinions(opened: Opened) -> Iterator[Finding]:
    """The surest first. A report may say that it was made by a program, so it comes before what programs answer."""
    for opinion in (
        reports.complaint,
        reports.delivery_report,
        _came_to_unsubscribe,
        answers.challenge,
        prose.from_a_mail_server,
        answers.automatic,
        prose.from_somewhere,
        second_opinion.ask,
        _asks_for_no_more,
    ):
        if finding := opinion(opened):
            yield finding


def _came_to_unsubscribe(opened: Opened) -> Finding | None:
    """To the address in the header List-Unsubscribe, whatever it says."""
    came = any(mark.kind is Kind.UNSUBSCRIBE for mark in return_paths.marks_in(opened.to_whom))
    return Finding(Meaning.UNSUBSCRIBE) if came else None


def _asks_for_no_more(opened: Opened) -> Finding | None:
    """Somebody answered, with a single word."""
    return Finding(Meaning.UNSUBSCRIBE) if NO_MORE.match(opened.subject) else None
