"""What people agreed to."""

from collections.abc import Mapping

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from webapp.campaigns.models import Campaign
from webapp.consents.models import (
    Consent,
    Departure,
    NewsletterRequest,
    Subscription,
    Suppression,
    Topic,
    TrackingChoice,
)
from webapp.privacy.data_map.retention import PROOF_OF_CONSENT, WHILE_CUSTOMER, WHILE_OBJECTED, Clock, for_days
from webapp.privacy.data_map.vocabulary import (
    ANY,
    AS_IT_WAS,
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
from webapp.privacy.data_map.words import CONSENT_PURPOSES, METHODS, SUPPRESSION_REASONS, language_name
from webapp.subjects.models import Subject

CONSENT = Category.CONSENT
PROMOTION = [Purpose.INFORMATION]
PROOF = [Purpose.INFORMATION, Purpose.LAW]
IMPROVEMENT = [Purpose.IMPROVEMENT]
OURS = NotPersonal("written by the company for everybody")
# For so long we watch that nothing is sent to somebody who said no (P13).
WATCHED = for_days(Clock.CONSENT_WITHDRAWN, 90, "GDPR Art. 5(2) and 7(3)")


def _unconfirmed(label: LazyString, parts: Mapping[str, Part] | None = None) -> Personal:
    """Somebody entered it with an address that may not be theirs, so it may be about somebody else than its owner."""
    reason = _l("Anybody can enter your address. What is not confirmed is deleted after 14 days.")
    return Personal(label, CONSENT, PROMOTION, Source.PROVIDED, withheld=reason, parts=parts)


TABLES: list[SubjectTable | OtherTable] = [
    SubjectTable(
        Subscription,
        _l("Topics"),
        reach=Subscription.subject_id,
        order=Subscription.changed_at,
        keep=WATCHED,
        correct_at="consents.preferences",
        about=[People.CUSTOMERS, People.READERS],
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
        keep=PROOF_OF_CONSENT,
        on_erasure=Erasure.KEEP,
        fixed=AS_IT_WAS,
        about=[People.CUSTOMERS, People.READERS],
        attributes={
            Consent.at: Personal(_l("When"), CONSENT, PROOF, Source.OBSERVED),
            Consent.purpose: Personal(_l("About"), CONSENT, PROOF, Source.OBSERVED, words=spoken(CONSENT_PURPOSES)),
            Consent.topic_title: Personal(_l("Topic"), CONSENT, PROOF, Source.PROVIDED),
            Consent.given: Personal(_l("Yes"), CONSENT, PROOF, Source.PROVIDED),
            Consent.method: Personal(_l("How"), CONSENT, PROOF, Source.OBSERVED, words=spoken(METHODS)),
            Consent.wording: Personal(_l("Words that you read"), CONSENT, PROOF, Source.OBSERVED),
            Consent.wording_version: Personal(_l("Version of the words"), CONSENT, PROOF, Source.OBSERVED),
            Consent.network: Personal(_l("Network address"), CONSENT, PROOF, Source.OBSERVED),
            Consent.evidence: Personal(_l("Where it is shown"), CONSENT, PROOF, Source.OBSERVED, free_text=True),
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
        TrackingChoice,
        _l("Data about your use"),
        reach=TrackingChoice.subject_id,
        order=TrackingChoice.changed_at,
        keep=WHILE_CUSTOMER,
        correct_at="consents.preferences",
        about=[People.CUSTOMERS, People.READERS],
        attributes={
            TrackingChoice.kind: Personal(
                _l("What"), CONSENT, IMPROVEMENT, Source.PROVIDED, words=spoken(CONSENT_PURPOSES)
            ),
            TrackingChoice.allowed: Personal(_l("Allowed"), CONSENT, IMPROVEMENT, Source.PROVIDED),
            TrackingChoice.changed_at: Personal(_l("Last changed"), CONSENT, IMPROVEMENT, Source.OBSERVED),
            TrackingChoice.despite_signal: Personal(
                _l("Allowed while your browser sent a privacy signal"), CONSENT, IMPROVEMENT, Source.OBSERVED
            ),
            TrackingChoice.subject_id: NUMBER,
        },
    ),
    SubjectTable(
        NewsletterRequest,
        _l("Newsletters that wait to be confirmed"),
        reach=NewsletterRequest.subject_id,
        order=NewsletterRequest.asked_at,
        keep=for_days(Clock.RECORDED, 14),
        about=[People.READERS],
        attributes={
            NewsletterRequest.asked_at: Personal(_l("Asked for"), CONSENT, PROMOTION, Source.OBSERVED),
            NewsletterRequest.confirmed_at: Personal(_l("Confirmed"), CONSENT, PROMOTION, Source.OBSERVED),
            NewsletterRequest.topics: _unconfirmed(_l("Topics"), parts={ANY: Part(_l("Words that you read"))}),
            NewsletterRequest.language: _unconfirmed(_l("Language")),
            NewsletterRequest.network: _unconfirmed(_l("Network address")),
            NewsletterRequest.id: NUMBER,
            NewsletterRequest.subject_id: NUMBER,
        },
    ),
    SubjectTable(
        Suppression,
        _l("No marketing to your address"),
        reach=Suppression.address_hash,
        of=Subject.address_hash,
        since=Suppression.at,
        keep=WHILE_OBJECTED,
        on_erasure=Erasure.KEEP,
        about=[People.CUSTOMERS, People.READERS],
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
        Departure,
        "that an email of a campaign made somebody leave, until the campaign has counted it",
        attributes={Departure.id: NUMBER, Departure.campaign_id: OURS, Departure.at: OURS},
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
