"""What waits to be written outside, so that a database that is put back forgets again and stays silent."""

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString
from sqlalchemy import false

from webapp.journal.models import JournalEntry, JournalState, Restore
from webapp.privacy.data_map.retention import Clock, for_days
from webapp.privacy.data_map.vocabulary import (
    ANY,
    MACHINERY,
    NUMBER,
    Category,
    Erasure,
    NotPersonal,
    OtherTable,
    Part,
    People,
    Personal,
    Purpose,
    Source,
    SubjectTable,
)

SECONDS = _l("It lies here for seconds, and is shown where it happened: among what you agreed to and asked for.")


def _waiting(label: LazyString, **more: dict[str, Part]) -> Personal:
    return Personal(label, Category.HISTORY, [Purpose.LAW], Source.OBSERVED, withheld=SECONDS, parts=more.get("parts"))


TABLES: list[SubjectTable | OtherTable] = [
    SubjectTable(
        JournalEntry,
        _l("Each no and each erasure, on its way into the journal"),
        reach=JournalEntry.subject_id,
        order=JournalEntry.at,
        keep=for_days(Clock.RECORDED, 30),
        on_erasure=Erasure.KEEP,
        told=false(),  # it would stand in a plan, and be gone before anybody reads it
        about=[People.CUSTOMERS, People.READERS],
        attributes={
            JournalEntry.event: _waiting(_l("What happened")),
            JournalEntry.at: _waiting(_l("When")),
            JournalEntry.address_hash: _waiting(_l("Fingerprint of the email address")),
            JournalEntry.facts: _waiting(_l("What it is about"), parts={ANY: Part(_l("What it is about"))}),
            JournalEntry.id: NUMBER,
            JournalEntry.subject_id: NUMBER,
            JournalEntry.batch: MACHINERY,
        },
    ),
    OtherTable(
        JournalState,
        "how far the journal is written",
        attributes={
            JournalState.only: MACHINERY,
            JournalState.batch: MACHINERY,
            JournalState.beat: MACHINERY,
            JournalState.beaten_at: MACHINERY,
        },
    ),
    OtherTable(
        Restore,
        "when the database was put back, and how many entries of the journal were replayed",
        attributes={
            Restore.id: NUMBER,
            Restore.at: MACHINERY,
            Restore.data_of: MACHINERY,
            Restore.replayed: MACHINERY,
            Restore.resumed_at: MACHINERY,
            Restore.resumed_by: NotPersonal("the number of a member of staff, who is named in the audit log"),
            Restore.with_old_emails: MACHINERY,
        },
    ),
]
