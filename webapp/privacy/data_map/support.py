"""What was passed on to others."""

from flask_babel import lazy_gettext as _l
from sqlalchemy import func, or_

from webapp.privacy.data_map.retention import PROOF_OF_EVENT
from webapp.privacy.data_map.vocabulary import (
    NUMBER,
    Category,
    Erasure,
    NotPersonal,
    OtherTable,
    Personal,
    Purpose,
    Source,
    SubjectTable,
)
from webapp.support.models import Disclosure

HISTORY, SYSTEMS = Category.HISTORY, Source.SYSTEMS
PROOF = [Purpose.LAW, Purpose.OFFICIAL_REQUESTS]
RECORDER = NotPersonal("who of our staff or which system of the company's recorded it, and when")

TABLES: list[SubjectTable | OtherTable] = [
    SubjectTable(
        Disclosure,
        _l("What we passed on to others"),
        reach=Disclosure.subject_id,
        order=Disclosure.disclosed_on,
        since=Disclosure.received_at,
        starts=Disclosure.disclosed_on,
        keep=PROOF_OF_EVENT,
        on_erasure=Erasure.KEEP,
        told=or_(Disclosure.secret_until.is_(None), Disclosure.secret_until < func.current_date()),
        attributes={
            Disclosure.disclosed_on: Personal(_l("When"), HISTORY, PROOF, SYSTEMS),
            Disclosure.recipient: Personal(_l("To whom"), HISTORY, PROOF, SYSTEMS),
            Disclosure.reason: Personal(_l("Why"), HISTORY, PROOF, SYSTEMS, free_text=True),
            Disclosure.legal_basis: Personal(_l("Legal basis"), HISTORY, PROOF, SYSTEMS),
            Disclosure.data: Personal(_l("Which data"), HISTORY, PROOF, SYSTEMS, free_text=True),
            Disclosure.customer: Personal(_l("Customer number"), HISTORY, PROOF, SYSTEMS),
            Disclosure.secret_until: Personal(_l("Secret until"), HISTORY, PROOF, SYSTEMS),
            Disclosure.external_id: Personal(_l("Number of the entry"), HISTORY, PROOF, SYSTEMS),
            Disclosure.subject_id: NUMBER,
            Disclosure.changed_at: RECORDER,
            Disclosure.received_at: RECORDER,
            Disclosure.key_id: RECORDER,
            Disclosure.recorded_by: RECORDER,
        },
    ),
]
