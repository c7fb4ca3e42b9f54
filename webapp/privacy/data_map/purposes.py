"""What data is used for: the nine purposes of the privacy policy (P8), and no other."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from webapp.privacy.data_map.retention import (
    BOOKS,
    PROOF_OF_ANSWER,
    UNTIL_WITHDRAWN,
    WHILE_CUSTOMER,
    Clock,
    Period,
    Retention,
)
from webapp.privacy.data_map.vocabulary import Purpose


class LegalBasis(StrEnum):
    """Why the law allows it: GDPR Art. 6(1), by its letters. The FADP asks for a reason in the same cases (Art. 31)."""

    CONSENT = "consent"  # (a)
    CONTRACT = "contract"  # (b)
    LEGAL_OBLIGATION = "legal_obligation"  # (c)
    LEGITIMATE_INTERESTS = "legitimate_interests"  # (f)


class Recipient(StrEnum):
    """Who may get data besides us. The setting RECIPIENTS names the companies."""

    HOSTING = "hosting"
    EMAIL_DELIVERY = "email_delivery"
    PAYMENT_PROVIDER = "payment_provider"
    AUTHORITIES = "authorities"


@dataclass(frozen=True)
class Use:
    """One purpose. `reference` is the law that allows it; that of its period stands with the retention."""

    title: LazyString
    explanation: LazyString
    bases: Sequence[LegalBasis]
    retention: Retention
    reference: str
    recipients: Sequence[Recipient] = (Recipient.HOSTING,)


USES = {
    Purpose.CONTRACT: Use(
        _l("to make and fulfil contracts"),
        _l("Without your name and address we could neither conclude a contract with you nor keep our side of it."),
        [LegalBasis.CONTRACT],
        WHILE_CUSTOMER,
        "GDPR Art. 6(1)(b); FADP Art. 31(2)(a)",
        [Recipient.HOSTING, Recipient.EMAIL_DELIVERY],
    ),
    Purpose.PROVISION: Use(
        _l("to provide products and services"),
        _l("Signing in, keeping your account safe and delivering what you ordered."),
        [LegalBasis.CONTRACT],
        WHILE_CUSTOMER,
        "GDPR Art. 6(1)(b) and 32; FADP Art. 8 and 31(2)(a)",
        [Recipient.HOSTING, Recipient.EMAIL_DELIVERY],
    ),
    Purpose.IMPROVEMENT: Use(
        _l("to improve products and services"),
        _l("Which devices and languages people use shows us what to make better. Only if you agreed."),
        [LegalBasis.CONSENT],
        Retention(
            Clock.RECORDED,
            Period(months=13),
            "GDPR Art. 5(1)(e) and 17(1)(b); CNIL, délibération 2020-091",
            while_agreed=True,
        ),
        "GDPR Art. 6(1)(a); FADP Art. 6(6)",
    ),
    Purpose.SUPPORT: Use(
        _l("to help with technical and administrative questions"),
        _l("When you write or call, we look at what your question is about and keep our answer."),
        [LegalBasis.CONTRACT],
        PROOF_OF_ANSWER,
        "GDPR Art. 6(1)(b); FADP Art. 31(2)(a)",
        [Recipient.HOSTING, Recipient.EMAIL_DELIVERY],
    ),
    Purpose.INFORMATION: Use(
        _l("to inform about services and, with consent, about offers"),
        _l(
            "What changes in the products that you have, we tell you as part of our contract. "
            "News and offers come only if you agreed, and stop when you say so."
        ),
        [LegalBasis.CONSENT, LegalBasis.CONTRACT],
        UNTIL_WITHDRAWN,
        "GDPR Art. 6(1)(a) and (b); UWG (Germany) § 7(2); UCA (Switzerland) Art. 3(1)(o)",
        [Recipient.HOSTING, Recipient.EMAIL_DELIVERY],
    ),
    Purpose.NEW_CUSTOMERS: Use(
        _l("to find new customers"),
        _l("Who asks about our products gets an answer and an offer. You can object at any time."),
        [LegalBasis.LEGITIMATE_INTERESTS],
        Retention(
            Clock.LAST_CONTACT,
            Period(years=3),
            "GDPR Art. 5(1)(e) and 21(2); CNIL, référentiel « gestion commerciale »",
        ),
        "GDPR Art. 6(1)(f); FADP Art. 31(1)",
    ),
    Purpose.LAW: Use(
        _l("to obey the law"),
        _l("Laws make us keep books and vouchers, and prove that we did with your data what we promised."),
        [LegalBasis.LEGAL_OBLIGATION],
        BOOKS,
        "GDPR Art. 6(1)(c); FADP Art. 31(1)",
        [Recipient.HOSTING, Recipient.AUTHORITIES],
    ),
    Purpose.OFFICIAL_REQUESTS: Use(
        _l("to answer authorities"),
        _l("When a court or an authority asks, and then only what the law obliges us to say."),
        [LegalBasis.LEGAL_OBLIGATION],
        PROOF_OF_ANSWER,
        "GDPR Art. 6(1)(c); FADP Art. 31(1)",
        [Recipient.HOSTING, Recipient.AUTHORITIES],
    ),
    Purpose.APPLICATIONS: Use(
        _l("to work on job applications"),
        _l("What you send us when you apply for a position is read only by those who decide about it."),
        [LegalBasis.CONTRACT],
        Retention(Clock.APPLICATION_DECIDED, Period(months=6), "AGG § 15(4); ArbGG § 61b(1); CO Art. 328b"),
        "GDPR Art. 6(1)(b) and 88; CO Art. 328b",
        [Recipient.HOSTING, Recipient.EMAIL_DELIVERY],
    ),
}
