"""Legal holds, and what was deleted because its time was over."""

from flask_babel import lazy_gettext as _l

from webapp.privacy.data_map.privacy import STAFF
from webapp.privacy.data_map.retention import LIMITATION, Clock, Period, Retention
from webapp.privacy.data_map.vocabulary import (
    ANY,
    AS_IT_WAS,
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
from webapp.privacy.retention.models import LegalHold, RetentionForecast, RetentionRun

REQUEST, OBSERVED = Category.REQUEST, Source.OBSERVED
PROOF = [Purpose.LAW]
SUM = NotPersonal("how many rows of everybody's, not whose")
# Why somebody's data stayed must be shown for as long as somebody could go to court about it.
AFTER_RELEASE = Retention(
    Clock.HOLD_RELEASED, Period(years=3), f"GDPR Art. 17(3)(b) and (e); {LIMITATION}", year_end=True
)

TABLES: list[SubjectTable | OtherTable] = [
    SubjectTable(
        LegalHold,
        _l("Data that must not be deleted yet"),
        reach=LegalHold.subject_id,
        order=LegalHold.set_at,
        starts=LegalHold.released_at,
        keep=AFTER_RELEASE,
        on_erasure=Erasure.KEEP,
        fixed=AS_IT_WAS,
        about=[People.CUSTOMERS, People.READERS],
        attributes={
            LegalHold.set_at: Personal(_l("Since"), REQUEST, PROOF, OBSERVED),
            LegalHold.reason: Personal(_l("Reason"), REQUEST, PROOF, OBSERVED, free_text=True),
            LegalHold.reference: Personal(_l("File number"), REQUEST, PROOF, OBSERVED),
            LegalHold.categories: Personal(
                _l("What it keeps"), REQUEST, PROOF, OBSERVED, parts={ANY: Part(_l("Category"))}
            ),
            LegalHold.expected_until: Personal(_l("Expected until"), REQUEST, PROOF, OBSERVED),
            LegalHold.review_by: Personal(_l("To be looked at again by"), REQUEST, PROOF, Source.DERIVED),
            LegalHold.reviewed_at: Personal(_l("Last looked at"), REQUEST, PROOF, OBSERVED),
            LegalHold.released_at: Personal(_l("Ended"), REQUEST, PROOF, OBSERVED),
            LegalHold.release_reason: Personal(_l("Why it ended"), REQUEST, PROOF, OBSERVED, free_text=True),
            LegalHold.set_by: Personal(_l("Who decided it"), REQUEST, PROOF, OBSERVED, withheld=STAFF),
            LegalHold.reviewed_by: Personal(_l("Who looked at it last"), REQUEST, PROOF, OBSERVED, withheld=STAFF),
            LegalHold.released_by: Personal(_l("Who ended it"), REQUEST, PROOF, OBSERVED, withheld=STAFF),
            LegalHold.id: NUMBER,
            LegalHold.subject_id: NUMBER,
        },
    ),
    OtherTable(
        RetentionRun,
        "how many rows were deleted because their time was over",
        attributes={
            RetentionRun.id: NUMBER,
            RetentionRun.day: SUM,
            RetentionRun.table_name: SUM,
            RetentionRun.rule: SUM,
            RetentionRun.due_until: SUM,
            RetentionRun.treatment: SUM,
            RetentionRun.rows: SUM,
            RetentionRun.error: NotPersonal("the kind of an error, without its text"),
            RetentionRun.started_at: MACHINERY,
            RetentionRun.finished_at: MACHINERY,
        },
    ),
    OtherTable(
        RetentionForecast,
        "how many rows will be due in a month",
        attributes={
            RetentionForecast.category: SUM,
            RetentionForecast.month: SUM,
            RetentionForecast.rows: SUM,
            RetentionForecast.counted_at: MACHINERY,
        },
    ),
]
