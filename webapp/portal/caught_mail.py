"""The emails that the demo's mail catcher kept, one file each. Its name begins with the time, so names sort by age."""

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.parser import HeaderParser
from email.policy import default
from functools import lru_cache
from pathlib import Path

NAME = re.compile(r"\d{20}-[0-9a-f]{8}\.eml", re.ASCII)
PAGE = 50
SEARCHED = 500
HEADER_BYTES = 32_000


@dataclass(frozen=True)
class Summary:
    """A line of the inbox."""

    name: str
    at: datetime
    to: str
    subject: str


@dataclass(frozen=True)
class Inbox:
    """A page of it, newest first. `newer_than` and `older_than` are the names at its ends, where there is more."""

    emails: list[Summary]
    total: int
    newer_than: str | None
    older_than: str | None


@dataclass(frozen=True)
class CaughtEmail:
    summary: Summary
    headers: list[tuple[str, str]]
    html: str | None
    text: str | None
    raw: str


def page(folder: Path, *, search: str, older_than: str | None, newer_than: str | None) -> Inbox:
    """The newest emails, or those next to a name. A search looks at the newest SEARCHED."""
    names = list(_found(folder, search)) if search else _names(folder)
    if newer_than:
        shown = [name for name in names if name > newer_than][-PAGE:]
    else:
        shown = [name for name in names if not older_than or name < older_than][:PAGE]
    return Inbox(
        emails=[summary for name in shown if (summary := _summary(folder / name))],
        total=len(names),
        newer_than=shown[0] if shown and shown[0] != names[0] else None,
        older_than=shown[-1] if shown and shown[-1] != names[-1] else None,
    )


def read(folder: Path, name: str) -> CaughtEmail:
    """Raises LookupError when there is no such email."""
    summary = _summary(folder / name) if NAME.fullmatch(name) else None
    if summary is None:
        raise LookupError(name)
    raw = (folder / name).read_bytes()
    email = message_from_bytes(raw, policy=default)
    return CaughtEmail(
        summary,
        headers=[(name, str(value)) for name, value in _headers(raw).items()],
        html=_body(email, "html"),
        text=_body(email, "plain"),
        raw=raw.decode("utf-8", "replace"),
    )


def _names(folder: Path) -> list[str]:
    """Newest first. The catcher makes the folder when it starts."""
    names = os.listdir(folder) if folder.is_dir() else []
    return sorted((name for name in names if NAME.fullmatch(name)), reverse=True)


def _found(folder: Path, search: str) -> Iterator[str]:
    wanted = search.casefold()
    for name in _names(folder)[:SEARCHED]:
        summary = _summary(folder / name)
        if summary and wanted in f"{summary.to}\n{summary.subject}".casefold():
            yield name


def _summary(path: Path) -> Summary | None:
    """None for an email that the catcher dropped meanwhile, to make room."""
    try:
        return _read_summary(path)
    except FileNotFoundError:
        return None


@lru_cache(maxsize=2 * SEARCHED)
def _read_summary(path: Path) -> Summary:
    with path.open("rb") as file:
        headers = _headers(file.read(HEADER_BYTES))
    at = datetime.fromtimestamp(int(path.name[:20]) / 1_000_000_000, UTC)
    return Summary(path.name, at, str(headers["X-Envelope-To"] or ""), str(headers["Subject"] or ""))


def _headers(raw: bytes) -> EmailMessage:
    """Read as UTF-8, because RFC 6532 allows it and the parser of bytes knows only ASCII."""
    return HeaderParser(policy=default).parsestr(raw.decode("utf-8", "replace"))


def _body(email: EmailMessage, kind: str) -> str | None:
    part = email.get_body((kind,))
    return str(part.get_content()) if part else None
