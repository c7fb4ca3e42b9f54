"""Deletions that people asked for: the plan, what came of it, and where the receipt goes."""

from flask_babel import lazy_gettext as _l

from webapp.privacy.data_map.privacy import SEEN, STAFF
from webapp.privacy.data_map.retention import PROOF_OF_ANSWER, Clock, for_days
from webapp.privacy.data_map.subjects import SECRET
from webapp.privacy.data_map.vocabulary import (
    AS_IT_WAS,
    MACHINERY,
    NUMBER,
    Category,
    Erasure,
    NotPersonal,
    OtherTable,
    Personal,
    Purpose,
    Source,
    SubjectTable,
    spoken,
)
from webapp.privacy.data_map.words import ERASURE_CAUSES, ERASURE_REASONS, ERASURE_STATES, TREATMENTS
from webapp.privacy.erasure import models

REQUEST = Category.REQUEST
PROOF = [Purpose.LAW]
SAFETY = [Purpose.PROVISION]
RECEIPT = for_days(Clock.REQUEST_FINISHED, 30, "GDPR Art. 12(3) and 19; FADP Art. 25")

TABLES: list[SubjectTable | OtherTable] = [
    SubjectTable(
        models.Erasure,
        _l("Deletions of your data"),
        reach=models.Erasure.subject_id,
        order=models.Erasure.asked_at,
        starts=models.Erasure.finished_at,
        keep=PROOF_OF_ANSWER,
        on_erasure=Erasure.KEEP,
        fixed=AS_IT_WAS,
        attributes={
            models.Erasure.asked_at: Personal(_l("Asked for"), REQUEST, PROOF, Source.PROVIDED),
            models.Erasure.cause: Personal(_l("Why"), REQUEST, PROOF, Source.OBSERVED, words=spoken(ERASURE_CAUSES)),
            models.Erasure.state: Personal(
                _l("What became of it"), REQUEST, PROOF, Source.DERIVED, words=spoken(ERASURE_STATES)
            ),
            models.Erasure.confirmed_at: Personal(_l("Confirmed"), REQUEST, PROOF, Source.OBSERVED),
            models.Erasure.starts_at: Personal(_l("Could be stopped until"), REQUEST, PROOF, Source.DERIVED),
            models.Erasure.asked_again_at: Personal(_l("Asked again"), REQUEST, PROOF, Source.OBSERVED),
            models.Erasure.executed_at: Personal(_l("Deleted"), REQUEST, PROOF, Source.OBSERVED),
            models.Erasure.told_at: Personal(_l("Receipt sent"), REQUEST, PROOF, Source.OBSERVED),
            models.Erasure.finished_at: Personal(_l("Finished"), REQUEST, PROOF, Source.OBSERVED),
            models.Erasure.reason: Personal(
                _l("How you asked our staff for it"),
                REQUEST,
                PROOF,
                Source.OBSERVED,
                free_text=True,
                on_erasure=Erasure.BLANK,
            ),
            models.Erasure.started_by: Personal(
                _l("Who started it for you"), REQUEST, PROOF, Source.OBSERVED, withheld=STAFF
            ),
            models.Erasure.recipient: Personal(
                _l("Address for the receipt"),
                Category.CONTACT,
                PROOF,
                Source.DERIVED,
                withheld=_l("It is your email address, sealed, until the receipt has gone out."),
                keep=RECEIPT,
            ),
            models.Erasure.executing_since: MACHINERY,
            models.Erasure.plan_hash: NotPersonal("a checksum of the steps, which stand in their own table"),
            models.Erasure.agreed_hash: NotPersonal("the checksum of the plan to which the person said yes"),
            models.Erasure.manifest_hash: NotPersonal("by which data map the plan was made"),
            models.Erasure.id: NUMBER,
            models.Erasure.subject_id: NUMBER,
        },
    ),
    SubjectTable(
        models.ErasureStep,
        _l("Plans of deletions"),
        reach=models.ErasureStep.subject_id,
        order=models.ErasureStep.position,
        starts=models.ErasureStep.done_at,
        keep=PROOF_OF_ANSWER,
        on_erasure=Erasure.KEEP,
        fixed=AS_IT_WAS,
        attributes={
            models.ErasureStep.table_name: Personal(_l("Where"), REQUEST, PROOF, Source.DERIVED),
            models.ErasureStep.treatment: Personal(
                _l("What becomes of it"), REQUEST, PROOF, Source.DERIVED, words=spoken(TREATMENTS)
            ),
            models.ErasureStep.reason: Personal(
                _l("Reason"), REQUEST, PROOF, Source.DERIVED, words=spoken(ERASURE_REASONS)
            ),
            models.ErasureStep.reference: Personal(_l("Law"), REQUEST, PROOF, Source.DERIVED),
            models.ErasureStep.needed_by: Personal(_l("Needed by"), REQUEST, PROOF, Source.DERIVED),
            models.ErasureStep.kept_until: Personal(_l("Kept until"), REQUEST, PROOF, Source.DERIVED),
            models.ErasureStep.more: Personal(_l("More than you had agreed to"), REQUEST, PROOF, Source.DERIVED),
            models.ErasureStep.rows_planned: Personal(_l("Entries planned"), REQUEST, PROOF, Source.DERIVED),
            models.ErasureStep.rows_done: Personal(_l("Entries deleted"), REQUEST, PROOF, Source.OBSERVED),
            models.ErasureStep.done_at: Personal(_l("Done"), REQUEST, PROOF, Source.OBSERVED),
            models.ErasureStep.fields: NotPersonal("which columns of the table, the same for everybody"),
            models.ErasureStep.position: NotPersonal("the order of the plan"),
            models.ErasureStep.id: NUMBER,
            models.ErasureStep.erasure_id: NUMBER,
            models.ErasureStep.subject_id: NUMBER,
        },
    ),
    SubjectTable(
        models.ErasureCode,
        _l("Codes for deletions"),
        reach=models.ErasureCode.subject_id,
        order=models.ErasureCode.sent_at,
        keep=SEEN,
        fixed=AS_IT_WAS,
        attributes={
            models.ErasureCode.sent_at: Personal(_l("Sent"), REQUEST, SAFETY, Source.OBSERVED),
            models.ErasureCode.expires_at: Personal(_l("Works until"), REQUEST, SAFETY, Source.DERIVED),
            models.ErasureCode.codes_sent: Personal(_l("Codes sent so far"), REQUEST, SAFETY, Source.OBSERVED),
            models.ErasureCode.wrong: Personal(_l("Wrong tries"), REQUEST, SAFETY, Source.OBSERVED),
            models.ErasureCode.number: Personal(
                _l("What the code is computed from"), REQUEST, SAFETY, Source.DERIVED, withheld=SECRET
            ),
            models.ErasureCode.erasure_id: NUMBER,
            models.ErasureCode.subject_id: NUMBER,
        },
    ),
]
