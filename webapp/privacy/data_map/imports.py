"""Files that somebody of our staff imported. What they bring goes into the tables of its own kind."""

from flask_babel import lazy_gettext as _l

from webapp.imports.models import Import, ImportRefusal
from webapp.imports.words import KINDS, STATES
from webapp.privacy.data_map.retention import PROOF_OF_EVENT
from webapp.privacy.data_map.vocabulary import (
    AS_IT_WAS,
    MACHINERY,
    NUMBER,
    Category,
    Erasure,
    NotPersonal,
    OtherTable,
    People,
    Personal,
    Purpose,
    Source,
    SubjectTable,
    spoken,
)

HISTORY = Category.HISTORY
WORK = [Purpose.PROVISION, Purpose.LAW]
OURS = NotPersonal("how the file is written, not what it says of anybody")

TABLES: list[SubjectTable | OtherTable] = [
    SubjectTable(
        Import,
        _l("Files you imported"),
        reach=Import.started_by,
        order=Import.received_at,
        keep=PROOF_OF_EVENT,
        on_erasure=Erasure.PSEUDONYMISE,
        fixed=AS_IT_WAS,
        about=[People.STAFF],
        attributes={
            Import.received_at: Personal(_l("Uploaded"), HISTORY, WORK, Source.OBSERVED),
            Import.file_name: Personal(_l("Name of the file"), HISTORY, WORK, Source.PROVIDED, free_text=True),
            Import.kind: Personal(_l("What it holds"), HISTORY, WORK, Source.PROVIDED, words=spoken(KINDS)),
            Import.state: Personal(_l("What became of it"), HISTORY, WORK, Source.OBSERVED, words=spoken(STATES)),
            Import.finished_at: Personal(_l("Finished"), HISTORY, WORK, Source.OBSERVED),
            Import.id: NUMBER,
            Import.started_by: NUMBER,
            Import.size: OURS,
            Import.wrapped_key: NotPersonal("the key of the file, locked with the key ring; it goes with the file"),
            Import.fingerprint: NotPersonal("by which a file is known again; nobody can be found by it"),
            Import.encoding: OURS,
            Import.separator: OURS,
            Import.starts: OURS,
            Import.header: OURS,
            Import.mapping: OURS,
            Import.dates: OURS,
            Import.decimal: OURS,
            Import.delete_after: MACHINERY,
            Import.working_since: MACHINERY,
            Import.position: MACHINERY,
            Import.line: MACHINERY,
            Import.counts: NotPersonal("sums over everybody in the file"),
            Import.reasons: NotPersonal("sums over everybody in the file"),
            Import.problem: MACHINERY,
        },
    ),
    OtherTable(
        ImportRefusal,
        "where a row stands in a file and what is wrong with it, not what it says; it goes with the file",
        attributes={
            ImportRefusal.import_id: NUMBER,
            ImportRefusal.line: MACHINERY,
            ImportRefusal.start: MACHINERY,
            ImportRefusal.end: MACHINERY,
            ImportRefusal.reasons: NotPersonal("names of fields, and codes of what is wrong"),
        },
    ),
]
