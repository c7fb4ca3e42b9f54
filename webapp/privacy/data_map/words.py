"""What the map's codes are called when a person reads them."""

from flask_babel import get_locale
from flask_babel import lazy_gettext as _l

from webapp.accounts.guessing import Door
from webapp.campaigns.models import CampaignState
from webapp.consents.models import ConsentPurpose, Ground, Method, SuppressionReason, Use, Verdict
from webapp.integrations.webhooks import words as webhook_words
from webapp.journal.models import Event
from webapp.language import OWN_NAMES
from webapp.mail.bounces.models import ReturnKind
from webapp.mail.catalogue import catalogue
from webapp.mail.models import State
from webapp.privacy.data_map.purposes import LegalBasis, Recipient
from webapp.privacy.data_map.vocabulary import Category, Erasure, People, Source
from webapp.privacy.erasure.models import Cause, ErasureState, Reason, Treatment
from webapp.privacy.models import ExportState, Way

CATEGORIES = {
    Category.CONTACT: _l("Contact details"),
    Category.ACCESS: _l("Sign-in"),
    Category.INTERACTION: _l("Devices and use"),
    Category.PAYMENT: _l("Payments"),
    Category.DOCUMENT: _l("Documents you sent"),
    Category.CONSENT: _l("What you agreed to"),
    Category.COMMUNICATION: _l("Emails to you"),
    Category.REQUEST: _l("Your requests"),
    Category.HISTORY: _l("History"),
}

CATEGORY_TEXTS = {
    Category.CONTACT: _l("Your name, company, email address, phone number and postal address."),
    Category.ACCESS: _l("When your account was made and its password last changed. Never the password itself."),
    Category.INTERACTION: _l(
        "The devices you signed in with: browser, network address and times. If you agreed, also how you use our apps "
        "and sites."
    ),
    Category.PAYMENT: _l("Your billing address, how you pay, and what you paid. Never a card number."),
    Category.DOCUMENT: _l("Papers that you sent us, such as a passport or an official registration."),
    Category.CONSENT: _l("Which topics you want to read about, and each time you said yes or no."),
    Category.COMMUNICATION: _l("Which emails we sent you, when, and whether they arrived."),
    Category.REQUEST: _l("What you asked of us: copies, deletions, objections, closing your account."),
    Category.HISTORY: _l("What was done in your account, by you or by us."),
}

BASES = {
    LegalBasis.CONSENT: _l("consent"),
    LegalBasis.CONTRACT: _l("contract"),
    LegalBasis.LEGAL_OBLIGATION: _l("legal obligation"),
    LegalBasis.LEGITIMATE_INTERESTS: _l("legitimate interests"),
}

RECIPIENTS = {
    Recipient.HOSTING: _l("the company that runs the servers"),
    Recipient.EMAIL_DELIVERY: _l("the company that delivers emails"),
    Recipient.PAYMENT_PROVIDER: _l("the company that handles payments"),
    Recipient.AUTHORITIES: _l("authorities, when the law requires it"),
}

PEOPLE = {
    People.CUSTOMERS: _l("customers"),
    People.READERS: _l("readers of the newsletter"),
    People.VISITORS: _l("visitors"),
    People.STAFF: _l("staff"),
}

ERASURES = {
    Erasure.DELETE: _l("deleted"),
    Erasure.BLANK: _l("emptied"),
    Erasure.PSEUDONYMISE: _l("cut off from your name"),
    Erasure.SHRED: _l("made unreadable for ever"),
    Erasure.KEEP: _l("kept until its time is over"),
}

SOURCES = {
    Source.PROVIDED: _l("from you"),
    Source.OBSERVED: _l("from your use of our service"),
    Source.DERIVED: _l("made by us"),
    Source.SYSTEMS: _l("from our other systems"),
}

DOORS = {
    Door.PASSWORD: _l("the password"),
    Door.SECOND_FACTOR: _l("the second factor"),
    Door.PROOF: _l("a proof before a sensitive change"),
}

WAYS = {
    "password": _l("the password"),
    "authenticator": _l("the authenticator app"),
    "passkey": _l("a passkey"),
}

METHODS = {
    Method.SIGN_UP_FORM: _l("when you signed up"),
    Method.ACCOUNT: _l("in your account"),
    Method.UNSUBSCRIBE_LINK: _l("by the link in an email"),
    Method.ONE_CLICK: _l("by the button of your email program"),
    Method.EMAIL: _l("by an email to our address for it"),
    Method.COMPLAINT: _l("by reporting an email as spam"),
    Method.IMPORT: _l("taken over from another system"),
    Method.NEWSLETTER: _l("by the newsletter form and the link in its email"),
    Method.COOKIES_PAGE: _l("on the page about cookies"),
    Method.PRIVACY_SIGNAL: _l("by the privacy signal of your browser"),
    Method.API: _l("in another of our systems"),
    Method.OBJECTION: _l("by your objection"),
    Method.ERASURE: _l("when your data was deleted"),
}

CONSENT_PURPOSES = {
    ConsentPurpose.TOPIC: _l("emails"),
    ConsentPurpose.USAGE: _l("data about your use"),
    ConsentPurpose.NEARBY: _l("access points near your device"),
}

SUPPRESSION_REASONS = {
    SuppressionReason.EVERYTHING_OFF: _l("you turned all marketing off"),
    SuppressionReason.HARD_BOUNCE: _l("the mailbox does not exist"),
    SuppressionReason.SOFT_BOUNCE: _l("for weeks nothing could be delivered to the mailbox"),
    SuppressionReason.COMPLAINT: _l("an email was reported as spam"),
    SuppressionReason.ERASED: _l("the data about this address was deleted"),
}

RESTRICTED_USES = {
    Use.MARKETING: _l("marketing emails"),
    Use.IMPROVEMENT: _l("improving our services"),
    Use.NEW_CUSTOMERS: _l("finding new customers"),
    Use.EVERYTHING: _l("everything but storing it"),
}

GROUNDS = {
    Ground.OBJECTION: _l("an objection to this use"),
    Ground.INACCURATE: _l("something in the data is wrong"),
    Ground.UNLAWFUL: _l("the use is found unlawful, and deletion is not wanted"),
    Ground.CLAIMS: _l("the data is needed for a legal claim"),
}

VERDICTS = {
    Verdict.UPHELD: _l("agreed"),
    Verdict.REFUSED: _l("not agreed"),
}

MAIL_STATES = {
    State.PENDING: _l("waiting"),
    State.CLAIMED: _l("being sent"),
    State.SENT: _l("sent"),
    State.FAILED: _l("refused by the mail server"),
    State.UNCERTAIN: _l("perhaps sent"),
    State.SUPPRESSED: _l("not sent, because it was no longer wanted"),
}

RETURN_KINDS = {
    ReturnKind.HARD_BOUNCE: _l("the mailbox does not exist"),
    ReturnKind.SOFT_BOUNCE: _l("it could not be delivered"),
    ReturnKind.COMPLAINT: _l("you reported it as spam"),
}

CAMPAIGN_STATES = {
    CampaignState.DRAFT: _l("draft"),
    CampaignState.SENDING: _l("being sent"),
    CampaignState.PAUSED: _l("paused"),
    CampaignState.STOPPED: _l("stopped"),
    CampaignState.SENT: _l("sent"),
}

EXPORT_STATES = {
    ExportState.UNCONFIRMED: _l("waits for your confirmation"),
    ExportState.LAPSED: _l("not confirmed"),
    ExportState.REQUESTED: _l("waiting"),
    ExportState.BUILDING: _l("being put together"),
    ExportState.READY: _l("ready"),
    ExportState.EXPIRED: _l("expired"),
    ExportState.DELETED: _l("deleted"),
}

ERASURE_CAUSES = {
    Cause.REQUEST: _l("you asked for it in your account"),
    Cause.STAFF: _l("you asked our staff for it"),
    Cause.CLOSURE: _l("six months had passed since you closed your account"),
    Cause.INACTIVE: _l("nothing connected you with us any more"),
    Cause.RESTORE: _l("a restored backup had brought back what was deleted before"),
}

ERASURE_STATES = {
    ErasureState.PLANNED: _l("waits for your confirmation"),
    ErasureState.LAPSED: _l("not confirmed"),
    ErasureState.CONFIRMED: _l("confirmed, and can still be stopped"),
    ErasureState.ASKED_AGAIN: _l("waits for your answer, because less can be deleted than planned"),
    ErasureState.EXECUTING: _l("being carried out"),
    ErasureState.EXECUTED: _l("carried out"),
    ErasureState.TOLD: _l("carried out, and the receipt sent"),
    ErasureState.CANCELLED: _l("cancelled"),
}

TREATMENTS = {
    Treatment.DELETE: _l("deleted"),
    Treatment.BLANK: _l("emptied"),
    Treatment.PSEUDONYMISE: _l("cut off from your name"),
    Treatment.SHRED: _l("made unreadable for ever"),
    Treatment.KEEP: _l("kept"),
}

ERASURE_REASONS = {
    Reason.NO_PURPOSE: _l("nothing needs it any more"),
    Reason.LAW: _l("a law says so"),
    Reason.PRODUCT: _l("a product or service that you have needs it"),
    Reason.HOLD: _l("it is evidence in a dispute"),
    Reason.SUPPRESSION: _l("so that nobody sends you advertising again"),
}

JOURNAL_EVENTS = {
    Event.WITHDRAWN: _l("consents withdrawn"),
    Event.TRACKING_STOPPED: _l("recording of use ended"),
    Event.RESTRICTED: _l("restrictions and objections"),
    Event.ERASURE_CONFIRMED: _l("erasures confirmed"),
    Event.ERASURE_CANCELLED: _l("erasures taken back"),
    Event.ERASURE_BEGUN: _l("people erased"),
    Event.RECEIPT_SENT: _l("receipts sent"),
}

WAYS_TO_COPIES = {
    Way.SIGN_IN: _l("in your account"),
    Way.CODE: _l("with the code from an email"),
    Way.SHARE: _l("with a link that you made for somebody"),
}

CHANGES = webhook_words.CHANGES
DELIVERY_STATES = webhook_words.STATES


def email_title(name: str) -> str:
    """What a service email is called; one that is not sent any more keeps its name."""
    return str(catalogue[name].title) if name in catalogue else name


def country_name(code: str) -> str:
    return str(get_locale().territories.get(code, code))


def language_name(code: str) -> str:
    """In that language itself, so that whoever reads it finds it."""
    return OWN_NAMES.get(code, code)
