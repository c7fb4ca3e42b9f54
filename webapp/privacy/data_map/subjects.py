"""The person, and what was written down about them."""

from flask_babel import lazy_gettext as _l

from webapp.audit import AuditEntry
from webapp.privacy.data_map.vocabulary import (
    NUMBER,
    Category,
    NotPersonal,
    OtherTable,
    Personal,
    Purpose,
    Source,
    SubjectTable,
    spoken,
)
from webapp.privacy.data_map.words import ACTIONS, language_name
from webapp.subjects.models import Subject, SubjectKey

SECRET = _l("A secret that protects you: it never leaves our systems.")
SERVICE = [Purpose.CONTRACT, Purpose.PROVISION, Purpose.SUPPORT]
PROOF = [Purpose.LAW, Purpose.SUPPORT]

TABLES: list[SubjectTable | OtherTable] = [
    SubjectTable(
        Subject,
        _l("Address and language"),
        reach=Subject.id,
        attributes={
            Subject.email: Personal(_l("Email address"), Category.CONTACT, SERVICE, Source.PROVIDED),
            Subject.language: Personal(
                _l("Language"),
                Category.INTERACTION,
                SERVICE,
                Source.PROVIDED,
                words=language_name,
            ),
            Subject.created_at: Personal(_l("Known to us since"), Category.CONTACT, SERVICE, Source.DERIVED),
            Subject.address_hash: Personal(
                _l("Fingerprint of the email address"),
                Category.CONTACT,
                SERVICE,
                Source.DERIVED,
                withheld=_l("It is made of the address with a secret key, and says nothing that the address does not."),
            ),
            Subject.id: NUMBER,
        },
    ),
    SubjectTable(
        SubjectKey,
        _l("Your own key"),
        reach=SubjectKey.subject_id,
        attributes={
            SubjectKey.wrapped: Personal(
                _l("The key that encrypts your history"), Category.ACCESS, SERVICE, Source.DERIVED, withheld=SECRET
            ),
            SubjectKey.subject_id: NUMBER,
            SubjectKey.created_at: NotPersonal("when the key was made, which is when the subject was"),
        },
    ),
    SubjectTable(
        AuditEntry,
        _l("What was done"),
        reach=AuditEntry.subject_id,
        order=AuditEntry.at,
        attributes={
            AuditEntry.at: Personal(_l("When"), Category.HISTORY, PROOF, Source.OBSERVED),
            AuditEntry.action: Personal(_l("What"), Category.HISTORY, PROOF, Source.OBSERVED, words=spoken(ACTIONS)),
            AuditEntry.details: Personal(_l("Details"), Category.HISTORY, PROOF, Source.OBSERVED, sealed=True),
            AuditEntry.actor_id: Personal(
                _l("Who did it"),
                Category.HISTORY,
                PROOF,
                Source.OBSERVED,
                withheld=_l("A number, which is yours or that of a member of our staff."),
            ),
            AuditEntry.subject_id: NUMBER,
            AuditEntry.id: NotPersonal("the order of the log"),
            AuditEntry.position: NotPersonal("the place in the chain of seals"),
            AuditEntry.seal: NotPersonal("what shows whether the log was changed"),
        },
    ),
]
