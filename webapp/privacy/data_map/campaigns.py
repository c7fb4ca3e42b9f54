"""What marketers write, and whom it was sent to."""

from flask_babel import lazy_gettext as _l

from webapp.campaigns.models import Campaign, CampaignCount, Claim, Deferral, Delivery, Destination, Progress, Refusal
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
    spoken,
)
from webapp.privacy.data_map.words import CAMPAIGN_STATES, MAIL_STATES

COMMUNICATION, HISTORY = Category.COMMUNICATION, Category.HISTORY
PROMOTION = [Purpose.INFORMATION]
WORK = [Purpose.INFORMATION, Purpose.LAW]
OURS = NotPersonal("written for the company, about its business")

TABLES: list[SubjectTable | OtherTable] = [
    SubjectTable(
        Delivery,
        _l("News and offers"),
        reach=Delivery.subject_id,
        order=Delivery.id,
        since=Delivery.sent_at,
        starts=Delivery.snapshot_month,
        keep=PROOF_OF_EVENT,
        about=[People.CUSTOMERS, People.READERS],
        attributes={
            Delivery.campaign_id: Personal(
                _l("Subject line"), COMMUNICATION, PROMOTION, Source.DERIVED, names=Campaign.subject
            ),
            Delivery.state: Personal(
                _l("What became of it"), COMMUNICATION, PROMOTION, Source.OBSERVED, words=spoken(MAIL_STATES)
            ),
            Delivery.sent_at: Personal(_l("Sent"), COMMUNICATION, PROMOTION, Source.OBSERVED),
            Delivery.reply: Personal(_l("Answer of the mail server"), COMMUNICATION, PROMOTION, Source.OBSERVED),
            Delivery.id: NUMBER,
            Delivery.subject_id: NUMBER,
            Delivery.snapshot_month: NotPersonal("the month of the campaign, by which the ledger is parted"),
            Delivery.due_at: MACHINERY,
            Delivery.attempts: MACHINERY,
        },
    ),
    SubjectTable(
        Campaign,
        _l("Campaigns you wrote"),
        reach=Campaign.created_by,
        order=Campaign.created_at,
        keep=PROOF_OF_EVENT,
        on_erasure=Erasure.PSEUDONYMISE,
        fixed=_l("It belongs to the work of the company. While it is a draft, you can change it there."),
        about=[People.STAFF],
        attributes={
            Campaign.created_at: Personal(_l("Written"), HISTORY, WORK, Source.OBSERVED),
            Campaign.subject: Personal(_l("Subject line"), HISTORY, WORK, Source.PROVIDED),
            Campaign.state: Personal(
                _l("What became of it"), HISTORY, WORK, Source.OBSERVED, words=spoken(CAMPAIGN_STATES)
            ),
            Campaign.created_by: NUMBER,
            Campaign.id: NUMBER,
            Campaign.topic_id: OURS,
            Campaign.body: OURS,
            Campaign.language: OURS,
            Campaign.pace: OURS,
            Campaign.started_by: NUMBER,
            Campaign.paused_at: OURS,
            Campaign.pause_reason: OURS,
            Campaign.judged_since: OURS,
            Campaign.changed_at: OURS,
            Campaign.sending_since: OURS,
            Campaign.snapshot_month: OURS,
            Campaign.finished_at: OURS,
        },
    ),
    OtherTable(
        Progress,
        "how far a campaign was handed out to workers",
        attributes={
            Progress.campaign_id: NUMBER,
            Progress.reached: MACHINERY,
            Progress.last: MACHINERY,
            Progress.next_claim_at: MACHINERY,
        },
    ),
    OtherTable(
        Claim,
        "the emails that a worker is sending at this moment, by the number of their row",
        attributes={
            Claim.id: NUMBER,
            Claim.campaign_id: NUMBER,
            Claim.snapshot_month: MACHINERY,
            Claim.worker: MACHINERY,
            Claim.delivery_ids: NUMBER,
            Claim.started: MACHINERY,
        },
    ),
    OtherTable(
        Deferral,
        "emails that are tried again, by the number of their row",
        attributes={
            Deferral.delivery_id: NUMBER,
            Deferral.campaign_id: NUMBER,
            Deferral.domain: MACHINERY,
            Deferral.due_at: MACHINERY,
        },
    ),
    OtherTable(
        Destination,
        "how fast a domain takes emails, and what its mail server said when it asked for patience",
        attributes={
            Destination.domain: OURS,
            Destination.next_at: MACHINERY,
            Destination.pace: MACHINERY,
            Destination.slowed_at: MACHINERY,
            Destination.reply: OURS,
        },
    ),
    OtherTable(
        Refusal,
        "which emails of a campaign failed, by the number of their row",
        attributes={Refusal.campaign_id: OURS, Refusal.delivery_id: NUMBER},
    ),
    OtherTable(
        CampaignCount,
        "sums over all readers of a campaign",
        attributes={
            CampaignCount.id: NUMBER,
            CampaignCount.campaign_id: OURS,
            CampaignCount.at: OURS,
            CampaignCount.figure: OURS,
            CampaignCount.delta: OURS,
        },
    ),
]
