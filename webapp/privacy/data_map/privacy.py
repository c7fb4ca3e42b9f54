"""What people ask of us about their data."""

from flask_babel import lazy_gettext as _l

from webapp.privacy.data_map.retention import PROOF_OF_ANSWER, SECURITY_REFERENCE, Clock, Period, Retention
from webapp.privacy.data_map.subjects import SECRET
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
from webapp.privacy.data_map.words import EXPORT_STATES, WAYS_TO_COPIES
from webapp.privacy.models import CopyCode, CopyDownload, CopyShare, DataExport

REQUEST = Category.REQUEST
PROOF = [Purpose.LAW]
SAFETY = [Purpose.PROVISION]
SEEN = Retention(Clock.RECORDED, Period(years=1), SECURITY_REFERENCE)
STAFF = _l("A number, which is that of a member of our staff.")

TABLES: list[SubjectTable | OtherTable] = [
    SubjectTable(
        DataExport,
        _l("Copies of your data"),
        reach=DataExport.subject_id,
        order=DataExport.requested_at,
        starts=DataExport.expires_at,
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
            DataExport.reason: Personal(
                _l("How you asked our staff for it"), REQUEST, PROOF, Source.OBSERVED, free_text=True
            ),
            DataExport.confirmed_at: Personal(_l("Confirmed by the link in an email"), REQUEST, PROOF, Source.OBSERVED),
            DataExport.started_by: Personal(
                _l("Who started it for you"), REQUEST, PROOF, Source.OBSERVED, withheld=STAFF
            ),
            DataExport.building_since: MACHINERY,
            DataExport.step_ms: MACHINERY,
            DataExport.id: NUMBER,
            DataExport.subject_id: NUMBER,
            DataExport.steps_done: MACHINERY,
            DataExport.steps_total: MACHINERY,
        },
    ),
    SubjectTable(
        CopyDownload,
        _l("Downloads of your copies"),
        reach=CopyDownload.subject_id,
        order=CopyDownload.started_at,
        keep=SEEN,
        fixed=AS_IT_WAS,
        attributes={
            CopyDownload.started_at: Personal(_l("Downloaded"), REQUEST, SAFETY, Source.OBSERVED),
            CopyDownload.last_at: Personal(_l("Last part fetched"), REQUEST, SAFETY, Source.OBSERVED),
            CopyDownload.way: Personal(_l("How"), REQUEST, SAFETY, Source.OBSERVED, words=spoken(WAYS_TO_COPIES)),
            CopyDownload.share_id: Personal(
                _l("With the link for"), REQUEST, SAFETY, Source.PROVIDED, names=CopyShare.name
            ),
            CopyDownload.network: Personal(_l("Network address"), Category.INTERACTION, SAFETY, Source.OBSERVED),
            CopyDownload.user_agent: Personal(_l("Browser"), Category.INTERACTION, SAFETY, Source.OBSERVED),
            CopyDownload.id: NUMBER,
            CopyDownload.export_id: NUMBER,
            CopyDownload.subject_id: NUMBER,
        },
    ),
    SubjectTable(
        CopyShare,
        _l("Links to your copies for others"),
        reach=CopyShare.subject_id,
        order=CopyShare.created_at,
        starts=CopyShare.expires_at,
        keep=PROOF_OF_ANSWER,
        fixed=AS_IT_WAS,
        attributes={
            CopyShare.name: Personal(_l("For whom"), REQUEST, SAFETY, Source.PROVIDED, free_text=True),
            CopyShare.created_at: Personal(_l("Made"), REQUEST, SAFETY, Source.OBSERVED),
            CopyShare.expires_at: Personal(_l("Works until"), REQUEST, SAFETY, Source.PROVIDED),
            CopyShare.most_uses: Personal(_l("How often it may be used"), REQUEST, SAFETY, Source.PROVIDED),
            CopyShare.uses: Personal(_l("How often it was used"), REQUEST, SAFETY, Source.OBSERVED),
            CopyShare.revoked_at: Personal(_l("Taken back"), REQUEST, SAFETY, Source.OBSERVED),
            CopyShare.id: NUMBER,
            CopyShare.export_id: NUMBER,
            CopyShare.subject_id: NUMBER,
        },
    ),
    SubjectTable(
        CopyCode,
        _l("Codes for your copies"),
        reach=CopyCode.subject_id,
        order=CopyCode.sent_at,
        keep=SEEN,
        fixed=AS_IT_WAS,
        attributes={
            CopyCode.sent_at: Personal(_l("Sent"), REQUEST, SAFETY, Source.OBSERVED),
            CopyCode.expires_at: Personal(_l("Works until"), REQUEST, SAFETY, Source.DERIVED),
            CopyCode.codes_sent: Personal(_l("Codes sent so far"), REQUEST, SAFETY, Source.OBSERVED),
            CopyCode.wrong: Personal(_l("Wrong tries"), REQUEST, SAFETY, Source.OBSERVED),
            CopyCode.number: Personal(
                _l("What the code is computed from"), REQUEST, SAFETY, Source.DERIVED, withheld=SECRET
            ),
            CopyCode.export_id: NUMBER,
            CopyCode.subject_id: NUMBER,
        },
    ),
]
