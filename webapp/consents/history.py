"""A person's own view of the ledger: each yes and no, the newest first, to read and to take along.

Who has no account gets there by a link that is sent to their address when they ask for it and lives for a day: the
link at the foot of every campaign lives for ever and gets forwarded, so it shows no history.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from io import StringIO
from typing import Any
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import select

from webapp import links
from webapp.consents.choices import HOW
from webapp.consents.models import Consent
from webapp.db import db
from webapp.links import Purpose
from webapp.mail import messages
from webapp.paging import AtTime, cut, next_to
from webapp.spreadsheets import SafeWriter
from webapp.subjects.models import Subject

PAGE = 20
BETWEEN_TWO_EMAILS = timedelta(minutes=10)


@dataclass(frozen=True)
class Page:
    lines: Sequence[Consent]
    newer_than: UUID | None
    older_than: UUID | None


def send_link(subject: Subject, *, now: datetime) -> None:
    """Unless it was sent just now: whoever has a forwarded email can press the button."""
    if not messages.sent_recently("consents/history", subject, within=BETWEEN_TWO_EMAILS, now=now):
        messages.send("consents/history", subject, now=now)


def link_token(subject: Subject, *, now: datetime) -> str:
    return links.sign(Purpose.READ_CONSENTS, now=now, subject=str(subject.id))


def read_link(token: str, *, now: datetime) -> Subject | None:
    """Whose history the link shows; None when nothing is held about them. Raises InvalidLink or ExpiredLink."""
    return db.session.get(Subject, UUID(links.read(Purpose.READ_CONSENTS, token, now=now).data["subject"]))


def page(subject: Subject, *, older_than: UUID | None = None, newer_than: UUID | None = None) -> Page:
    """The newest lines, or those next to one. It stays right while lines come in, unlike a page number."""
    newer = db.session.get(Consent, newer_than) if newer_than else None
    older = db.session.get(Consent, older_than) if older_than else None
    places = {"older_than": _place(older), "newer_than": _place(newer)}
    mine = select(Consent).where(Consent.subject_id == subject.id)
    found = db.session.scalars(next_to(mine, (Consent.at, Consent.id), size=PAGE, **places)).all()
    return Page(*cut(found, lambda line: line.id, size=PAGE, **places))


def as_data(subject: Subject) -> list[dict[str, Any]]:
    """For other programs: names and codes in English, times in UTC."""
    return [
        {
            "at": line.at.isoformat(),
            "purpose": line.purpose,
            "about": line.topic_title,
            "given": line.given,
            "method": line.method,
            "wording": line.wording,
            "wording_version": line.wording_version,
            "language": line.language,
            "network": line.network,
            "evidence": line.evidence,
        }
        for line in _all(subject)
    ]


def as_csv(subject: Subject) -> str:
    """For people: in the language of the page."""
    file = StringIO()
    rows = SafeWriter(file)
    rows.write(
        [
            _("When (UTC)"),
            _("About"),
            _("Answer"),
            _("How"),
            _("Words that you read"),
            _("Version of the words"),
            _("Language"),
            _("Network address"),
            _("Where it is shown"),
        ]
    )
    for line in _all(subject):
        answer, how = _("Yes") if line.given else _("No"), str(HOW[line.method])
        at = line.at.isoformat(sep=" ", timespec="seconds")
        words = [line.wording, line.wording_version, line.language]
        rows.write([at, line.topic_title, answer, how, *words, line.network, line.evidence])
    return file.getvalue()


def _all(subject: Subject) -> Sequence[Consent]:
    mine = select(Consent).where(Consent.subject_id == subject.id)
    return db.session.scalars(mine.order_by(Consent.at.desc(), Consent.id.desc())).all()


def _place(line: Consent | None) -> AtTime | None:
    return AtTime(line.at, line.id) if line else None
