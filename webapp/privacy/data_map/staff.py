"""Who is invited to work here, and which customers our staff looked up."""

from flask_babel import lazy_gettext as _l

from webapp.privacy.data_map.retention import PROOF_OF_EVENT, Clock, for_days
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
from webapp.staff.models import CustomerSearch, CustomerView, Invitation
from webapp.staff.words import ROLES

ACCESS, HISTORY = Category.ACCESS, Category.HISTORY
SECURITY, PROOF = [Purpose.PROVISION], [Purpose.SUPPORT, Purpose.LAW]

TABLES: list[SubjectTable | OtherTable] = [
    SubjectTable(
        Invitation,
        _l("Invitation to work with us"),
        reach=Invitation.subject_id,
        since=Invitation.invited_at,
        keep=for_days(Clock.RECORDED, 8),  # its link lives for seven
        about=[People.STAFF],
        attributes={
            Invitation.role: Personal(_l("Role"), ACCESS, SECURITY, Source.DERIVED, words=spoken(ROLES)),
            Invitation.invited_at: Personal(_l("Invited"), ACCESS, SECURITY, Source.OBSERVED),
            Invitation.id: NUMBER,
            Invitation.subject_id: NUMBER,
            Invitation.invited_by: NUMBER,
        },
    ),
    SubjectTable(
        CustomerView,
        _l("Looks of our staff at your data"),
        reach=CustomerView.subject_id,
        order=CustomerView.opened_at,
        keep=PROOF_OF_EVENT,
        attributes={
            CustomerView.opened_at: Personal(_l("When"), HISTORY, PROOF, Source.OBSERVED),
            CustomerView.ends_at: Personal(_l("Until"), HISTORY, PROOF, Source.OBSERVED),
            CustomerView.reason: Personal(_l("Why"), HISTORY, PROOF, Source.OBSERVED, free_text=True),
            CustomerView.viewed_by: Personal(
                _l("Who"),
                HISTORY,
                PROOF,
                Source.OBSERVED,
                withheld=_l("A number, which is that of a member of our staff."),
            ),
            CustomerView.id: NUMBER,
            CustomerView.subject_id: NUMBER,
        },
    ),
    SubjectTable(
        CustomerSearch,
        _l("Customers you looked for"),
        reach=CustomerSearch.searched_by,
        order=CustomerSearch.searched_at,
        keep=for_days(Clock.RECORDED, 1),
        about=[People.STAFF],
        attributes={
            CustomerSearch.searched_at: Personal(_l("When"), HISTORY, SECURITY, Source.OBSERVED),
            CustomerSearch.reason: Personal(_l("Why"), HISTORY, SECURITY, Source.OBSERVED, free_text=True),
            CustomerSearch.terms: Personal(
                _l("What you looked for"),
                HISTORY,
                SECURITY,
                Source.OBSERVED,
                withheld=_l("It is about somebody else."),
            ),
            CustomerSearch.id: NUMBER,
            CustomerSearch.searched_by: NUMBER,
        },
    ),
]
