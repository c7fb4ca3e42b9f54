"""How a relationship ends, what somebody wants us not to do with their data, and what keeps us to the deadlines."""

from flask_babel import lazy_gettext as _l

from webapp.consents.models import Restriction
from webapp.privacy.closing.models import Closure
from webapp.privacy.data_map.privacy import STAFF
from webapp.privacy.data_map.retention import PROOF_OF_ANSWER, WHILE_CUSTOMER
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
from webapp.privacy.data_map.words import GROUNDS, RESTRICTED_USES, VERDICTS
from webapp.privacy.requests.models import DeadlineWarning

REQUEST = Category.REQUEST
PROOF = [Purpose.LAW]
CONTRACT = [Purpose.CONTRACT]

TABLES: list[SubjectTable | OtherTable] = [
    SubjectTable(
        Closure,
        _l("Closing your account"),
        reach=Closure.subject_id,
        order=Closure.asked_at,
        keep=WHILE_CUSTOMER,
        fixed=AS_IT_WAS,
        attributes={
            Closure.asked_at: Personal(_l("Asked for"), REQUEST, CONTRACT, Source.PROVIDED),
            Closure.confirmed_at: Personal(_l("Account closed on"), REQUEST, CONTRACT, Source.PROVIDED),
            Closure.delete_at: Personal(_l("To be deleted on"), REQUEST, CONTRACT, Source.DERIVED),
            Closure.kept_at: Personal(_l("You asked us to keep it"), REQUEST, CONTRACT, Source.PROVIDED),
            Closure.begun_at: Personal(_l("Deletion begun"), REQUEST, CONTRACT, Source.DERIVED),
            Closure.ended_at: Personal(_l("Taken back, or opened again"), REQUEST, CONTRACT, Source.PROVIDED),
            Closure.noticed_days: MACHINERY,
            Closure.noticed_at: MACHINERY,
            Closure.id: NUMBER,
            Closure.subject_id: NUMBER,
        },
    ),
    SubjectTable(
        Restriction,
        _l("What you do not want us to do with your data"),
        reach=Restriction.subject_id,
        order=Restriction.asked_at,
        starts=Restriction.ends_at,
        keep=PROOF_OF_ANSWER,
        on_erasure=Erasure.KEEP,
        fixed=AS_IT_WAS,
        about=[People.CUSTOMERS, People.READERS],
        attributes={
            Restriction.use: Personal(
                _l("What you object to"), REQUEST, PROOF, Source.PROVIDED, words=spoken(RESTRICTED_USES)
            ),
            Restriction.ground: Personal(_l("Why"), REQUEST, PROOF, Source.PROVIDED, words=spoken(GROUNDS)),
            Restriction.words: Personal(
                _l("In your words"), REQUEST, PROOF, Source.PROVIDED, free_text=True, on_erasure=Erasure.BLANK
            ),
            Restriction.asked_at: Personal(_l("Asked for"), REQUEST, PROOF, Source.PROVIDED),
            Restriction.due_at: Personal(_l("To be decided by"), REQUEST, PROOF, Source.DERIVED),
            Restriction.extended_at: Personal(_l("More time taken"), REQUEST, PROOF, Source.DERIVED),
            Restriction.extension_reason: Personal(
                _l("Why it took longer"),
                REQUEST,
                PROOF,
                Source.DERIVED,
                free_text=True,
                on_erasure=Erasure.BLANK,
            ),
            Restriction.verdict: Personal(_l("Decision"), REQUEST, PROOF, Source.DERIVED, words=spoken(VERDICTS)),
            Restriction.verdict_reason: Personal(
                _l("Reasons"), REQUEST, PROOF, Source.DERIVED, free_text=True, on_erasure=Erasure.BLANK
            ),
            Restriction.decided_at: Personal(_l("Decided"), REQUEST, PROOF, Source.DERIVED),
            Restriction.ends_at: Personal(_l("In force until"), REQUEST, PROOF, Source.DERIVED),
            Restriction.noted_by: Personal(
                _l("Who wrote it down for you"), REQUEST, PROOF, Source.OBSERVED, withheld=STAFF
            ),
            Restriction.decided_by: Personal(_l("Who decided"), REQUEST, PROOF, Source.OBSERVED, withheld=STAFF),
            Restriction.id: NUMBER,
            Restriction.subject_id: NUMBER,
        },
    ),
    OtherTable(
        DeadlineWarning,
        why="which request staff were warned of, by its number; the request itself says whose it is",
        attributes={
            DeadlineWarning.request_id: NUMBER,
            DeadlineWarning.days: MACHINERY,
            DeadlineWarning.kind: NotPersonal("what kind of request it is"),
            DeadlineWarning.at: MACHINERY,
        },
    ),
]
