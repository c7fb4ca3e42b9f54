"""The keys of other systems, which somebody of our staff made."""

from flask_babel import lazy_gettext as _l

from webapp.integrations.models import ApiKey, KeptAnswer
from webapp.privacy.data_map.retention import PROOF_OF_EVENT
from webapp.privacy.data_map.vocabulary import (
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
)

HISTORY = Category.HISTORY
SECURITY = [Purpose.PROVISION, Purpose.LAW]
OURS = NotPersonal("about a system of the company's, not about who made its key")

TABLES: list[SubjectTable | OtherTable] = [
    SubjectTable(
        ApiKey,
        _l("Keys you made for other systems"),
        reach=ApiKey.created_by,
        order=ApiKey.created_at,
        keep=PROOF_OF_EVENT,
        on_erasure=Erasure.PSEUDONYMISE,
        about=[People.STAFF],
        attributes={
            ApiKey.created_at: Personal(_l("Made"), HISTORY, SECURITY, Source.OBSERVED),
            ApiKey.name: Personal(
                _l("Name"),
                HISTORY,
                SECURITY,
                Source.PROVIDED,
                fixed=_l("Others know the system by this name. Make another key and revoke this one."),
            ),
            ApiKey.created_by: NUMBER,
            ApiKey.id: NUMBER,
            ApiKey.token_hash: OURS,
            ApiKey.ending: OURS,
            ApiKey.scope: OURS,
            ApiKey.last_used_at: OURS,
            ApiKey.revoked_at: OURS,
        },
    ),
    OtherTable(
        KeptAnswer,
        "what another system was answered, for a day: which of its own numbers were stored, and nothing about people",
        attributes={
            KeptAnswer.key_id: NUMBER,
            KeptAnswer.idempotency_key: NotPersonal("a number of the other system's for its request"),
            KeptAnswer.request_hash: NotPersonal("a checksum by which the same request is recognised"),
            KeptAnswer.status: MACHINERY,
            KeptAnswer.headers: MACHINERY,
            KeptAnswer.body: NotPersonal("numbers of the other system's, and what became of each"),
            KeptAnswer.answered_at: MACHINERY,
        },
    ),
]
