"""What the company's other systems are told about people, and whether they heard it."""

from flask_babel import lazy_gettext as _l

from webapp.changes import ChangeEntry
from webapp.integrations.webhooks.models import Attempt, Confirmation, Delivery, Webhook, WebhookHour
from webapp.privacy.data_map.retention import Clock, for_days
from webapp.privacy.data_map.vocabulary import (
    ANY,
    MACHINERY,
    NUMBER,
    Category,
    Erasure,
    NotPersonal,
    OtherTable,
    Part,
    People,
    Personal,
    Purpose,
    Source,
    SubjectTable,
    spoken,
)
from webapp.privacy.data_map.words import CHANGES, DELIVERY_STATES

HISTORY = Category.HISTORY
TELLING = [Purpose.PROVISION, Purpose.LAW]
OURS = NotPersonal("about a system of the company's, not about a person")
TOLD = for_days(Clock.REQUEST_FINISHED, 90, "GDPR Art. 5(1)(e) and 19: until everybody heard of it and could ask again")
TRACES = for_days(Clock.RECORDED, 30, "GDPR Art. 5(1)(e): for finding faults")

TABLES: list[SubjectTable | OtherTable] = [
    SubjectTable(
        ChangeEntry,
        _l("What we told our other systems"),
        reach=ChangeEntry.subject_id,
        order=ChangeEntry.at,
        starts=ChangeEntry.settled_at,
        keep=TOLD,
        on_erasure=Erasure.KEEP,
        about=[People.CUSTOMERS, People.READERS],
        attributes={
            ChangeEntry.at: Personal(_l("When"), HISTORY, TELLING, Source.OBSERVED),
            ChangeEntry.kind: Personal(_l("What"), HISTORY, TELLING, Source.OBSERVED, words=spoken(CHANGES)),
            ChangeEntry.facts: Personal(
                _l("Details, without their content"),
                HISTORY,
                TELLING,
                Source.OBSERVED,
                parts={ANY: Part(_l("Detail"))},
            ),
            ChangeEntry.customers: Personal(
                _l("Your customer numbers"), HISTORY, TELLING, Source.DERIVED, parts={ANY: Part(_l("Number"))}
            ),
            ChangeEntry.id: NUMBER,
            ChangeEntry.subject_id: NUMBER,
            ChangeEntry.reference: NUMBER,
            ChangeEntry.written_at: MACHINERY,
            ChangeEntry.settled_at: MACHINERY,
        },
    ),
    SubjectTable(
        Delivery,
        _l("Which of our systems heard of it"),
        reach=Delivery.subject_id,
        order=Delivery.written_at,
        starts=Delivery.finished_at,
        keep=TOLD,
        on_erasure=Erasure.KEEP,
        about=[People.CUSTOMERS, People.READERS],
        attributes={
            Delivery.written_at: Personal(_l("When"), HISTORY, TELLING, Source.OBSERVED),
            Delivery.webhook_id: Personal(_l("System"), HISTORY, TELLING, Source.OBSERVED, names=Webhook.name),
            Delivery.change_id: Personal(
                _l("What"), HISTORY, TELLING, Source.OBSERVED, names=ChangeEntry.kind, words=spoken(CHANGES)
            ),
            Delivery.state: Personal(_l("State"), HISTORY, TELLING, Source.OBSERVED, words=spoken(DELIVERY_STATES)),
            Delivery.finished_at: Personal(_l("Finished"), HISTORY, TELLING, Source.OBSERVED),
            Delivery.id: NUMBER,
            Delivery.subject_id: NUMBER,
            Delivery.attempts: MACHINERY,
            Delivery.next_at: MACHINERY,
        },
    ),
    SubjectTable(
        Attempt,
        _l("Calls of our other systems"),
        reach=Attempt.subject_id,
        order=Attempt.at,
        keep=TRACES,
        on_erasure=Erasure.DELETE,
        about=[People.CUSTOMERS, People.READERS],
        attributes={
            Attempt.at: Personal(_l("When"), HISTORY, TELLING, Source.OBSERVED),
            Attempt.answer: Personal(
                _l("Beginning of the answer"),
                HISTORY,
                TELLING,
                Source.OBSERVED,
                withheld=_l("It is what one of our systems answered another, kept for 30 days to find faults."),
                free_text=True,
            ),
            Attempt.id: NUMBER,
            Attempt.delivery_id: NUMBER,
            Attempt.subject_id: NUMBER,
            Attempt.outcome: MACHINERY,
            Attempt.status: MACHINERY,
            Attempt.milliseconds: MACHINERY,
        },
    ),
    OtherTable(
        Webhook,
        "systems of the company; the audit log says which of our staff entered them",
        attributes={
            Webhook.id: NUMBER,
            Webhook.name: OURS,
            Webhook.url: OURS,
            Webhook.kinds: OURS,
            Webhook.confirms: OURS,
            Webhook.secret: OURS,
            Webhook.old_secret: OURS,
            Webhook.old_secret_until: OURS,
            Webhook.created_at: OURS,
            Webhook.paused_at: OURS,
            Webhook.ended_at: OURS,
            Webhook.failures: MACHINERY,
            Webhook.failing_since: MACHINERY,
            Webhook.rests_until: MACHINERY,
            Webhook.last_success_at: MACHINERY,
            Webhook.taken_by: MACHINERY,
        },
    ),
    OtherTable(
        WebhookHour,
        "how many calls of a system worked",
        attributes={
            WebhookHour.webhook_id: OURS,
            WebhookHour.hour: OURS,
            WebhookHour.accepted: OURS,
            WebhookHour.failed: OURS,
        },
    ),
    OtherTable(
        Confirmation,
        "that a system confirmed what it was told; whom it was about stands in the change, which goes before",
        attributes={
            Confirmation.delivery_id: NUMBER,
            Confirmation.webhook_id: OURS,
            Confirmation.change_id: NUMBER,
            Confirmation.kind: NotPersonal("what was to be confirmed"),
            Confirmation.reference: NUMBER,
            Confirmation.asked_at: MACHINERY,
            Confirmation.confirmed_at: MACHINERY,
            Confirmation.key_id: OURS,
            Confirmation.note: OURS,
        },
    ),
]
