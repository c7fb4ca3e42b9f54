"""The receipts of erasures, which are there when nothing else is."""

from flask_babel import lazy_gettext as _l

from webapp.privacy.data_map.retention import PROOF_OF_EVENT
from webapp.privacy.data_map.vocabulary import (
    ANY,
    AS_IT_WAS,
    MACHINERY,
    NUMBER,
    Category,
    Erasure,
    OtherTable,
    Part,
    Personal,
    Purpose,
    Source,
    SubjectTable,
)
from webapp.privacy.receipts.models import Receipt

REQUEST = Category.REQUEST
PROOF = [Purpose.LAW]

TABLES: list[SubjectTable | OtherTable] = [
    SubjectTable(
        Receipt,
        _l("Receipts of deletions"),
        reach=Receipt.subject_id,
        order=Receipt.made_at,
        keep=PROOF_OF_EVENT,
        on_erasure=Erasure.KEEP,
        fixed=AS_IT_WAS,
        attributes={
            Receipt.made_at: Personal(_l("Made"), REQUEST, PROOF, Source.OBSERVED),
            Receipt.sent_at: Personal(_l("Sent"), REQUEST, PROOF, Source.OBSERVED),
            Receipt.trouble: Personal(_l("Why it did not arrive"), REQUEST, PROOF, Source.OBSERVED),
            Receipt.signed: Personal(
                _l("What was deleted and what was kept"),
                REQUEST,
                PROOF,
                Source.DERIVED,
                parts={ANY: Part(_l("What was deleted and what was kept"))},
            ),
            Receipt.due_at: MACHINERY,
            Receipt.tries: MACHINERY,
            Receipt.erasure_id: NUMBER,
            Receipt.subject_id: NUMBER,
        },
    ),
]
