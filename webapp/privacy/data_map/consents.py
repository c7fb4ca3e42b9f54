"""What people agreed to."""

from flask_babel import lazy_gettext as _l

from webapp.campaigns.models import Campaign
from webapp.consents.models import Consent, Subscription, Suppression, Topic
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
from webapp.privacy.data_map.words import METHODS, SUPPRESSION_REASONS, language_name
from webapp.subjects.models import Subject

CONSENT = Category.CONSENT
PROMOTION = [Purpose.INFORMATION]
PROOF = [Purpose.INFORMATION, Purpose.LAW]
OURS = NotPersonal("written by the company for everybody")

TABLES: list[SubjectTable | OtherTable] = [
    SubjectTable(
        Subscription,
        _l("Topics"),
        reach=Subscription.subject_id,
        order=Subscription.changed_at,
        attributes={
            Subscription.topic_id: Personal(_l("Topic"), CONSENT, PROMOTION, Source.PROVIDED, names=Topic.titles),
            Subscription.subscribed: Personal(_l("You get it"), CONSENT, PROMOTION, Source.PROVIDED),
            Subscription.changed_at: Personal(_l("Last changed"), CONSENT, PROMOTION, Source.OBSERVED),
            Subscription.subject_id: NUMBER,
        },
    ),
    SubjectTable(
        Consent,
        _l("Each yes and no"),
        reach=Consent.subject_id,
        order=Consent.at,
        attributes={
            Consent.at: Personal(_l("When"), CONSENT, PROOF, Source.OBSERVED),
            Consent.topic_title: Personal(_l("Topic"), CONSENT, PROOF, Source.PROVIDED),
            Consent.given: Personal(_l("Yes"), CONSENT, PROOF, Source.PROVIDED),
            Consent.method: Personal(_l("How"), CONSENT, PROOF, Source.OBSERVED, words=spoken(METHODS)),
            Consent.wording: Personal(_l("Words that you read"), CONSENT, PROOF, Source.OBSERVED),
            Consent.language: Personal(_l("Language"), CONSENT, PROOF, Source.OBSERVED, words=language_name),
            Consent.campaign_id: Personal(
                _l("Email it came from"), CONSENT, PROOF, Source.OBSERVED, names=Campaign.subject
            ),
            Consent.topic_id: NotPersonal("the number of a topic, whose title stands beside it"),
            Consent.id: NUMBER,
            Consent.subject_id: NUMBER,
        },
    ),
    SubjectTable(
        Suppression,
        _l("No marketing to your address"),
        reach=Suppression.address_hash,
        of=Subject.address_hash,
        attributes={
            Suppression.reason: Personal(
                _l("Reason"), CONSENT, PROOF, Source.OBSERVED, words=spoken(SUPPRESSION_REASONS)
            ),
            Suppression.at: Personal(_l("Since"), CONSENT, PROOF, Source.OBSERVED),
            Suppression.address_hash: Personal(
                _l("Fingerprint of the email address"),
                CONSENT,
                PROOF,
                Source.DERIVED,
                withheld=_l(
                    "It keeps marketing away without keeping the address, and says nothing that the address does not."
                ),
            ),
        },
    ),
    OtherTable(
        Topic,
        "what the company writes about, the same for everybody",
        attributes={
            Topic.id: NUMBER,
            Topic.slug: OURS,
            Topic.titles: OURS,
            Topic.descriptions: OURS,
            Topic.position: OURS,
            Topic.created_at: OURS,
        },
    ),
]
