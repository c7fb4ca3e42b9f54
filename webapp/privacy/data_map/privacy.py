"""What people ask of us about their data."""

from flask_babel import lazy_gettext as _l

from webapp.privacy.data_map.retention import PROOF_OF_ANSWER
from webapp.privacy.data_map.vocabulary import (
    AS_IT_WAS,
    MACHINERY,
    NUMBER,
    Category,
    Erasure,
    OtherTable,
    Personal,
    Purpose,
    Source,
    SubjectTable,
    spoken,
)
from webapp.privacy.data_map.words import EXPORT_STATES
from webapp.privacy.models import DataExport

REQUEST = Category.REQUEST
PROOF = [Purpose.LAW]

TABLES: list[SubjectTable | OtherTable] = [
    SubjectTable(
        DataExport,
        _l("Copies of your data"),
        reach=DataExport.subject_id,
        order=DataExport.requested_at,
        starts=DataExport.ready_at,
        keep=PROOF_OF_ANSWER,
        on_erasure=Erasure.KEEP,
        fixed=AS_IT_WAS,
        attributes={
            DataExport.requested_at: Personal(_l("Asked for"), REQUEST, PROOF, Source.PROVIDED),
            DataExport.state: Personal(
                _l("What became of it"), REQUEST, PROOF, Source.DERIVED, words=spoken(EXPORT_STATES)
            ),
            DataExport.ready_at: Personal(_l("Ready"), REQUEST, PROOF, Source.DERIVED),
            DataExport.expires_at: Personal(_l("Could be downloaded until"), REQUEST, PROOF, Source.DERIVED),
            DataExport.size: Personal(_l("Size in bytes"), REQUEST, PROOF, Source.DERIVED),
            DataExport.last_downloaded_at: Personal(_l("Last downloaded"), REQUEST, PROOF, Source.OBSERVED),
            DataExport.id: NUMBER,
            DataExport.subject_id: NUMBER,
            DataExport.steps_done: MACHINERY,
            DataExport.steps_total: MACHINERY,
        },
    ),
]
