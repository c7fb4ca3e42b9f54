"""Customers of the company's systems on their way to an account."""

from flask_babel import lazy_gettext as _l

from webapp.accounts.activation.models import Activation, ActivationRun
from webapp.privacy.data_map.retention import PROOF_OF_EVENT, WHILE_CUSTOMER
from webapp.privacy.data_map.subjects import SECRET, SERVICE
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

ACCESS, OBSERVED = Category.ACCESS, Source.OBSERVED
SECURITY = [Purpose.PROVISION, Purpose.LAW]
STAFFS_DECISION = NotPersonal("what our staff decided about the work, not about a person")

TABLES: list[SubjectTable | OtherTable] = [
    SubjectTable(
        Activation,
        _l("Invitation to your account"),
        reach=Activation.subject_id,
        since=Activation.invited_at,
        keep=WHILE_CUSTOMER,
        attributes={
            Activation.invited_at: Personal(_l("Invited"), ACCESS, SERVICE, OBSERVED),
            Activation.sent_at: Personal(_l("Last email about it"), ACCESS, SERVICE, OBSERVED),
            Activation.activated_at: Personal(_l("Account made"), ACCESS, SERVICE, OBSERVED),
            Activation.wrong: Personal(_l("Wrong tries"), ACCESS, SECURITY, OBSERVED),
            Activation.locked_at: Personal(_l("Closed after wrong tries"), ACCESS, SECURITY, OBSERVED),
            Activation.refused_at: Personal(_l("Address said to be somebody else’s"), ACCESS, SECURITY, OBSERVED),
            Activation.settled_at: Personal(_l("Looked into by our staff"), ACCESS, SECURITY, OBSERVED),
            Activation.refused_hash: Personal(
                _l("Fingerprint of the address that was taken off"), ACCESS, SECURITY, Source.DERIVED, withheld=SECRET
            ),
            Activation.run_id: NUMBER,
            Activation.subject_id: NUMBER,
        },
    ),
    SubjectTable(
        ActivationRun,
        _l("Invitations of customers that you proposed"),
        reach=ActivationRun.proposed_by,
        order=ActivationRun.proposed_at,
        keep=PROOF_OF_EVENT,
        on_erasure=Erasure.PSEUDONYMISE,
        about=[People.STAFF],
        attributes={
            ActivationRun.proposed_at: Personal(_l("Proposed"), Category.HISTORY, SECURITY, OBSERVED),
            ActivationRun.started_at: Personal(_l("Started"), Category.HISTORY, SECURITY, OBSERVED),
            ActivationRun.ended_at: Personal(_l("Ended"), Category.HISTORY, SECURITY, OBSERVED),
            ActivationRun.proposed_by: NUMBER,
            ActivationRun.started_by: NUMBER,
            ActivationRun.id: NUMBER,
            ActivationRun.reached: NUMBER,
            ActivationRun.state: STAFFS_DECISION,
            ActivationRun.pace: STAFFS_DECISION,
            ActivationRun.people: MACHINERY,
            ActivationRun.invited: MACHINERY,
            ActivationRun.counted_to: MACHINERY,
        },
    ),
]
