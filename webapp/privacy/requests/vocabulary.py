"""What a request is, of whatever kind: who asked, by when it is due, and what it waits for."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from flask_babel import lazy_gettext as _l

from webapp.privacy import deadlines


class Kind(StrEnum):
    COPY = "copy"
    ERASURE = "erasure"
    OBJECTION = "objection"
    RESTRICTION = "restriction"
    CLOSURE = "closure"


KINDS = {
    Kind.COPY: _l("Copy of data"),
    Kind.ERASURE: _l("Deletion"),
    Kind.OBJECTION: _l("Objection"),
    Kind.RESTRICTION: _l("Restriction"),
    Kind.CLOSURE: _l("Closed account"),
}


class Stage(StrEnum):
    """Whose turn it is."""

    OURS = "ours"
    PERSON = "person"  # who has to confirm it
    BY_ITSELF = "by_itself"  # at its date, if nobody stops it


@dataclass(frozen=True)
class Request:
    """`who` is the email address. `page` is the endpoint where staff look after it, if there is anything to do."""

    kind: Kind
    id: UUID
    who: str
    asked_at: datetime
    due_at: datetime
    stage: Stage
    page: str | None = None
    extended: bool = False

    def days_left(self, now: datetime) -> int:
        return deadlines.days_until(self.due_at, now=now)

    def tone(self, now: datetime) -> str:
        """How urgent it is, as a colour."""
        if self.stage is not Stage.OURS:
            return "neutral"
        reached = deadlines.warnings(self.due_at, now=now)
        return "success" if not reached else "warning" if min(reached) > deadlines.WARNED_AT[-1] else "danger"
