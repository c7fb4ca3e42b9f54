"""Messages about the account."""

from flask_babel import lazy_gettext as _l

from webapp.campaigns.models import Campaign
from webapp.mail.bounces.models import ReturnedEmail
from webapp.mail.models import Message
from webapp.privacy.data_map.retention import PROOF_OF_EVENT, Clock, for_days
from webapp.privacy.data_map.vocabulary import (
    MACHINERY,
    NUMBER,
    Category,
    NotPersonal,
    OtherTable,
    People,
    Personal,
    Purpose,
    Source,
    SubjectTable,
    spoken,
)
from webapp.privacy.data_map.words import MAIL_STATES, RETURN_KINDS, email_title

COMMUNICATION = Category.COMMUNICATION
SERVICE = [Purpose.CONTRACT, Purpose.PROVISION]
DELIVERING = [Purpose.INFORMATION, Purpose.PROVISION]

TABLES: list[SubjectTable | OtherTable] = [
    SubjectTable(
        Message,
        _l("Messages about your account"),
        reach=Message.subject_id,
        order=Message.created_at,
        keep=PROOF_OF_EVENT,
        about=[People.CUSTOMERS, People.READERS, People.STAFF],
        attributes={
            Message.created_at: Personal(_l("Written"), COMMUNICATION, SERVICE, Source.DERIVED),
            Message.email: Personal(_l("What it was"), COMMUNICATION, SERVICE, Source.DERIVED, words=email_title),
            Message.state: Personal(
                _l("What became of it"), COMMUNICATION, SERVICE, Source.OBSERVED, words=spoken(MAIL_STATES)
            ),
            Message.sent_at: Personal(_l("Sent"), COMMUNICATION, SERVICE, Source.OBSERVED),
            Message.reply: Personal(_l("Answer of the mail server"), COMMUNICATION, SERVICE, Source.OBSERVED),
            Message.ids: NotPersonal("numbers of the rows that its text is made of, which are declared themselves"),
            Message.id: NUMBER,
            Message.subject_id: NUMBER,
            Message.due_at: MACHINERY,
            Message.claimed_by: MACHINERY,
            Message.started_at: MACHINERY,
            Message.attempts: MACHINERY,
            Message.bulk: MACHINERY,
        },
    ),
    SubjectTable(
        ReturnedEmail,
        _l("Emails that came back"),
        reach=ReturnedEmail.subject_id,
        order=ReturnedEmail.at,
        keep=for_days(Clock.RECORDED, 400),
        about=[People.CUSTOMERS, People.READERS, People.STAFF],
        attributes={
            ReturnedEmail.at: Personal(_l("When"), COMMUNICATION, DELIVERING, Source.OBSERVED),
            ReturnedEmail.kind: Personal(
                _l("Why"), COMMUNICATION, DELIVERING, Source.OBSERVED, words=spoken(RETURN_KINDS)
            ),
            ReturnedEmail.words: Personal(_l("Answer of the mail server"), COMMUNICATION, DELIVERING, Source.OBSERVED),
            ReturnedEmail.status: Personal(_l("Code of the mail server"), COMMUNICATION, DELIVERING, Source.OBSERVED),
            ReturnedEmail.campaign_id: Personal(
                _l("Subject line"), COMMUNICATION, DELIVERING, Source.DERIVED, names=Campaign.subject
            ),
            ReturnedEmail.delivery_id: NUMBER,
            ReturnedEmail.message_id: NUMBER,
            ReturnedEmail.id: NUMBER,
            ReturnedEmail.subject_id: NUMBER,
        },
    ),
]
