"""Who is invited to work here."""

from flask_babel import lazy_gettext as _l

from webapp.privacy.data_map.retention import Clock, for_days
from webapp.privacy.data_map.vocabulary import (
    NUMBER,
    Category,
    OtherTable,
    People,
    Personal,
    Purpose,
    Source,
    SubjectTable,
    spoken,
)
from webapp.staff.models import Invitation
from webapp.staff.words import ROLES

ACCESS, SECURITY = Category.ACCESS, [Purpose.PROVISION]

TABLES: list[SubjectTable | OtherTable] = [
    SubjectTable(
        Invitation,
        _l("Invitation to work with us"),
        reach=Invitation.subject_id,
        since=Invitation.invited_at,
        keep=for_days(Clock.RECORDED, 7),
        about=[People.STAFF],
        attributes={
            Invitation.role: Personal(_l("Role"), ACCESS, SECURITY, Source.DERIVED, words=spoken(ROLES)),
            Invitation.invited_at: Personal(_l("Invited"), ACCESS, SECURITY, Source.OBSERVED),
            Invitation.id: NUMBER,
            Invitation.subject_id: NUMBER,
            Invitation.invited_by: NUMBER,
        },
    ),
]
