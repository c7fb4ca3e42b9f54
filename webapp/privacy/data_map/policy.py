"""The privacy policy, and who was shown which version of it."""

from flask_babel import lazy_gettext as _l

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
from webapp.privacy.policy.models import PolicyNotice, PolicyShowing, PolicyVersion, Way

HISTORY = Category.HISTORY
PROOF = [Purpose.LAW]
OURS = NotPersonal("a text of ours that everybody may read once it is published")

WAYS = {
    Way.SIGN_UP: _l("on the page where you signed up"),
    Way.EMAIL: _l("by an email about it"),
    Way.BANNER: _l("by a note on the first page of your account"),
    Way.PAGE: _l("on its own page"),
}

TABLES: list[SubjectTable | OtherTable] = [
    SubjectTable(
        PolicyShowing,
        _l("Which privacy policy you were shown"),
        reach=PolicyShowing.subject_id,
        order=PolicyShowing.at,
        keep=PROOF_OF_EVENT,
        on_erasure=Erasure.DELETE,
        fixed=AS_IT_WAS,
        about=[People.CUSTOMERS, People.READERS, People.STAFF],
        attributes={
            PolicyShowing.at: Personal(_l("When"), HISTORY, PROOF, Source.OBSERVED),
            PolicyShowing.version: Personal(_l("Version of the privacy policy"), HISTORY, PROOF, Source.OBSERVED),
            PolicyShowing.how: Personal(_l("How"), HISTORY, PROOF, Source.OBSERVED, words=spoken(WAYS)),
            PolicyShowing.subject_id: NUMBER,
        },
    ),
    OtherTable(
        PolicyVersion,
        "the privacy policy itself; who wrote it stands in the log of those people",
        attributes={
            PolicyVersion.number: OURS,
            PolicyVersion.state: MACHINERY,
            PolicyVersion.texts: OURS,
            PolicyVersion.changes: OURS,
            PolicyVersion.inventories: OURS,
            PolicyVersion.manifest_number: MACHINERY,
            PolicyVersion.manifest_hash: MACHINERY,
            PolicyVersion.editors: NUMBER,
            PolicyVersion.edited_by: NUMBER,
            PolicyVersion.edited_at: MACHINERY,
            PolicyVersion.proposed_by: NUMBER,
            PolicyVersion.proposed_at: MACHINERY,
            PolicyVersion.approved_by: NUMBER,
            PolicyVersion.published_at: OURS,
            PolicyVersion.valid_from: OURS,
            PolicyVersion.created_at: MACHINERY,
        },
    ),
    OtherTable(
        PolicyNotice,
        "how far the emails about a version are written; the emails themselves lead to their readers",
        attributes={
            PolicyNotice.version: NUMBER,
            PolicyNotice.reached: NUMBER,
            PolicyNotice.written: MACHINERY,
            PolicyNotice.started_at: MACHINERY,
            PolicyNotice.finished_at: MACHINERY,
        },
    ),
]
