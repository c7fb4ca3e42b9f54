"""What only a running demo knows: ids and signed links, which stand in braces in an address. Made when asked for."""

from collections.abc import Callable
from datetime import datetime, timedelta
from time import monotonic, sleep
from uuid import UUID

from flask import Flask
from sqlalchemy import func, select, update

from deploy.demo import usage
from deploy.demo.cast import SIGN_INS
from tests.browser import customer_samples
from tests.browser.mailbox import Mailbox
from webapp import links
from webapp.access import Role
from webapp.accounts import alarms, credentials, email_changes, password_resets, sign_ups
from webapp.accounts.factors import recoveries
from webapp.accounts.factors.models import AccountRecovery
from webapp.accounts.models import Account, DeviceSession, EmailChange
from webapp.audit import Action, AuditEntry
from webapp.campaigns import sending
from webapp.campaigns.models import Campaign, CampaignCount, CampaignState, PauseReason
from webapp.clock import utc_now
from webapp.consents import history, newsletter
from webapp.consents.models import NewsletterRequest, Restriction, Suppression, SuppressionReason, Topic
from webapp.consents.unsubscribe_links import token_for
from webapp.db import db
from webapp.imports.models import Import
from webapp.integrations.webhooks.models import Confirmation, Delivery, Webhook
from webapp.links import Purpose
from webapp.privacy import copies_for_others, copy_codes, copy_shares, exports
from webapp.privacy.closing import closures
from webapp.privacy.closing.models import Closure
from webapp.privacy.copy_downloads import Visitor
from webapp.privacy.erasure import erasures
from webapp.privacy.erasure import for_others as erasures_for_others
from webapp.privacy.erasure.models import Erasure
from webapp.privacy.models import CopyShare, DataExport
from webapp.privacy.policy import drafts, publishing
from webapp.privacy.receipts.models import Receipt
from webapp.privacy.retention.models import LegalHold
from webapp.staff import invitations
from webapp.subjects import subjects

EMAILS = {who: email for who, email, _password in SIGN_INS}
NEWCOMER = "flurina@caduff.example"
INVITED = "nina@caduff.example"
LETTER_WRITER = "seraina@caduff.example"
PROVIDER = "Hosting Engadin"
LONG_AGO = timedelta(days=30)


class Samples(dict[str, str]):
    def __init__(self, app: Flask, mailbox: Mailbox) -> None:
        super().__init__()
        self.app = app
        self.mailbox = mailbox

    def __missing__(self, name: str) -> str:
        with self.app.app_context():
            self[name] = OF_CUSTOMERS[name]() if name in OF_CUSTOMERS else MAKERS[name](self)
            db.session.commit()
        return self[name]

    def prove(self, *, fresh: bool) -> None:
        """Everybody who is signed in showed just now that it is them, or not for a while."""
        with self.app.app_context():
            at = utc_now() if fresh else utc_now() - LONG_AGO
            db.session.execute(update(DeviceSession).values(proved_at=at))
            db.session.commit()


def sign_up_link(_samples: Samples) -> str:
    return _sign_up_link(now=utc_now())


def expired_sign_up_link(_samples: Samples) -> str:
    return _sign_up_link(now=utc_now() - LONG_AGO)


def used_sign_up_link(_samples: Samples) -> str:
    subject = subjects.find_or_create(EMAILS["customer"], language="en")
    ids = {"sign_up": str(UUID(int=1)), "subject": str(subject.id)}
    return links.sign(links.Purpose.CONFIRM_SIGN_UP, now=utc_now(), **ids)


def forgotten_sign_up_link(_samples: Samples) -> str:
    ids = {"sign_up": str(UUID(int=1)), "subject": str(UUID(int=1))}
    return links.sign(links.Purpose.CONFIRM_SIGN_UP, now=utc_now(), **ids)


def reset_link(_samples: Samples) -> str:
    return password_resets.link_token(_account("customer"), now=utc_now())


def expired_reset_link(_samples: Samples) -> str:
    return password_resets.link_token(_account("customer"), now=utc_now() - LONG_AGO)


def email_change_link(_samples: Samples) -> str:
    return email_changes.link_token(_email_change(), now=utc_now())


def expired_email_change_link(_samples: Samples) -> str:
    return email_changes.link_token(_email_change(), now=utc_now() - LONG_AGO)


def undo_link(_samples: Samples) -> str:
    return email_changes.undo_token(_email_change(), now=utc_now())


def expired_undo_link(_samples: Samples) -> str:
    return email_changes.undo_token(_email_change(), now=utc_now() - LONG_AGO)


def alarm_link(_samples: Samples) -> str:
    mine = select(DeviceSession).where(DeviceSession.subject_id == _account("customer").subject_id)
    return alarms.link_token(db.session.scalars(mine.limit(1)).one(), now=utc_now())


def sign_in(_samples: Samples) -> str:
    """The number of an entry in the customer's log."""
    mine = select(AuditEntry.id).where(AuditEntry.subject_id == _account("customer").subject_id)
    return str(db.session.scalars(mine.where(AuditEntry.action == Action.SIGNED_IN).limit(1)).one())


def recovery_link(_samples: Samples) -> str:
    return recoveries.link_token(Purpose.RECOVER_ACCOUNT, _recovery(), now=utc_now())


def stop_recovery_link(_samples: Samples) -> str:
    return recoveries.link_token(Purpose.CANCEL_RECOVERY, _recovery(), now=utc_now())


def consents_link(_samples: Samples) -> str:
    return history.link_token(_account("customer").subject, now=utc_now())


def expired_consents_link(_samples: Samples) -> str:
    return history.link_token(_account("customer").subject, now=utc_now() - LONG_AGO)


def newsletter_link(_samples: Samples) -> str:
    return newsletter.link_token(_newsletter_request(confirmed=False), now=utc_now())


def used_newsletter_link(_samples: Samples) -> str:
    return newsletter.link_token(_newsletter_request(confirmed=True), now=utc_now())


def expired_newsletter_link(_samples: Samples) -> str:
    return newsletter.link_token(_newsletter_request(confirmed=False), now=utc_now() - LONG_AGO)


def unsubscribe_link(_samples: Samples) -> str:
    return token_for(_account("customer").subject_id, topic_id=_topic("news"), campaign_id=None)


def used_unsubscribe_link(_samples: Samples) -> str:
    """The customer has left this topic."""
    return token_for(_account("customer").subject_id, topic_id=_topic("offers"), campaign_id=None)


def foreign_unsubscribe_link(_samples: Samples) -> str:
    """Of somebody about whom nothing is held any more."""
    return token_for(UUID(int=1), topic_id=_topic("news"), campaign_id=None)


def copy_link(samples: Samples) -> str:
    return links.sign(links.Purpose.DOWNLOAD_EXPORT, now=utc_now(), export_id=samples["copy"])


def expired_copy_link(samples: Samples) -> str:
    return links.sign(links.Purpose.DOWNLOAD_EXPORT, now=utc_now() - LONG_AGO, export_id=samples["copy"])


def share(samples: Samples) -> str:
    """A link to the customer's copy, for another provider, that was used once."""
    return str(_share(samples).id)


def shared_link(samples: Samples) -> str:
    return copy_shares.link_token(_share(samples), now=utc_now())


def revoked_link(samples: Samples) -> str:
    export = db.session.get_one(DataExport, UUID(samples["copy"]))
    taken_back = copy_shares.create(export, "Bike insurance", uses=1, lifetime=timedelta(days=1), now=utc_now())
    copy_shares.revoke(taken_back, now=utc_now())
    return copy_shares.link_token(taken_back, now=utc_now())


def copy_to_confirm(_samples: Samples) -> str:
    """Of a reader of the newsletter without an account."""
    reader = subjects.find_or_create(LETTER_WRITER, language="en")
    staff = _account("staff").subject
    copies_for_others.start(reader.email, reason="A letter", asked_at=utc_now(), by=staff, now=utc_now())
    waiting = exports.of(reader)[0]
    return copies_for_others.link_token(waiting, now=utc_now())


def copy_to_collect(samples: Samples) -> str:
    """The page is the same whoever it is for."""
    return links.sign(Purpose.COLLECT_COPY, now=utc_now(), export_id=samples["copy"])


def copy_with_code(_samples: Samples) -> str:
    own = exports.request(_account("marketer").subject, now=utc_now())
    db.session.commit()
    _wait_for(own.id)
    copy_codes.send(db.session.get_one(DataExport, own.id), now=utc_now())
    return links.sign(Purpose.COLLECT_COPY, now=utc_now(), export_id=str(own.id))


def old_copy_to_collect(samples: Samples) -> str:
    return links.sign(Purpose.COLLECT_COPY, now=utc_now() - LONG_AGO, export_id=samples["copy"])


def erasure_for_others(_samples: Samples) -> str:
    return erasures.link_token(_erasure_of_reader(), now=utc_now())


def old_erasure_for_others(_samples: Samples) -> str:
    return erasures.link_token(_erasure_of_reader(), now=utc_now() - LONG_AGO)


def stop_erasure(_samples: Samples) -> str:
    return links.sign(Purpose.CANCEL_ERASURE, now=utc_now(), erasure=str(_erasure_of_reader().id))


def _erasure_of_reader() -> Erasure:
    """Started by staff for a reader of the newsletter without an account."""
    reader, staff, now = subjects.find_or_create(LETTER_WRITER, language="en"), _account("staff").subject, utc_now()
    known = erasures.open_of(reader)
    return known or erasures_for_others.start(reader.email, reason="A letter", asked_at=now, by=staff, now=now)


def copy(_samples: Samples) -> str:
    """The customer's, ready to be downloaded."""
    wanted = exports.request(_account("customer").subject, now=utc_now()).id
    db.session.commit()
    _wait_for(wanted)
    return str(wanted)


def closure_link(_samples: Samples) -> str:
    """Of the marketer: the customer's pages shall look as they do every day."""
    closure = Closure(subject_id=_account("marketer").subject_id, asked_at=utc_now())
    db.session.add(closure)
    db.session.flush()
    return closures.link_token(closure, now=utc_now())


def open_objection(_samples: Samples) -> str:
    """The newest one, which can still be extended."""
    waiting = select(Restriction).where(Restriction.decided_at.is_(None), Restriction.ends_at.is_(None))
    return str(db.session.scalars(waiting.order_by(Restriction.asked_at.desc()).limit(1)).one().id)


def draft(_samples: Samples) -> str:
    return str(_newest(CampaignState.DRAFT).id)


def sent(_samples: Samples) -> str:
    """The campaign that went to most people."""
    most = select(CampaignCount.campaign_id).where(CampaignCount.figure == "recipients")
    return str(db.session.scalars(most.order_by(CampaignCount.delta.desc())).first())


def stopped(_samples: Samples) -> str:
    return str(_newest(CampaignState.STOPPED).id)


def on_its_way(samples: Samples) -> str:
    """A campaign that no worker knows of, so that it stays on its way."""
    model = db.session.get_one(Campaign, UUID(samples["sent"]))
    campaign = Campaign(
        topic_id=model.topic_id,
        subject=model.subject,
        body=model.body,
        state=CampaignState.SENDING,
        changed_at=utc_now(),
        sending_since=utc_now(),
    )
    db.session.add(campaign)
    db.session.flush()
    for figure, number in {"recipients": 1240, "sent": 786, "failed": 3, "suppressed": 2, "unsubscribed": 1}.items():
        db.session.add(CampaignCount(campaign_id=campaign.id, at=utc_now(), figure=figure, delta=number))
    return str(campaign.id)


def paused(samples: Samples) -> str:
    """A campaign that went wrong."""
    model = db.session.get_one(Campaign, UUID(samples["sent"]))
    campaign = Campaign(
        topic_id=model.topic_id,
        subject=model.subject,
        body=model.body,
        state=CampaignState.PAUSED,
        pause_reason=PauseReason.COMPLAINTS,
        changed_at=utc_now(),
        sending_since=utc_now(),
        paused_at=utc_now(),
    )
    db.session.add(campaign)
    db.session.flush()
    for figure, number in (("recipients", 4_812), ("sent", 1_204), ("complained", 9)):
        db.session.add(CampaignCount(campaign_id=campaign.id, at=utc_now(), figure=figure, delta=number))
    return str(campaign.id)


def dead_mailbox(_samples: Samples) -> str:
    return _suppressed(SuppressionReason.HARD_BOUNCE)


def complained(_samples: Samples) -> str:
    return _suppressed(SuppressionReason.COMPLAINT)


def service_email(samples: Samples) -> str:
    password_resets.ask(EMAILS["staff"], now=utc_now())
    db.session.commit()
    return samples.mailbox.newest(EMAILS["staff"], about="password").name


def campaign_email(samples: Samples) -> str:
    campaign = db.session.get_one(Campaign, UUID(samples["draft"]))
    sending.send_test(campaign, to=_account("marketer").subject, now=utc_now())
    db.session.commit()
    return samples.mailbox.newest(EMAILS["marketer"], about="Mara").name


def marketer(_samples: Samples) -> str:
    return str(_account("marketer").subject_id)


def upload(_samples: Samples) -> str:
    """The file that waits for somebody to say yes."""
    return str(db.session.scalars(select(Import.id).where(Import.wrapped_key.is_not(None)).limit(1)).one())


def api_key(_samples: Samples) -> str:
    return str(usage.APP.id)


def webhook(_samples: Samples) -> str:
    return str(db.session.scalars(select(Webhook.id).where(Webhook.name == "Shop")).one())


def paused_webhook(_samples: Samples) -> str:
    return str(db.session.scalars(select(Webhook.id).where(Webhook.paused_at.is_not(None)).limit(1)).one())


def delivery(_samples: Samples) -> str:
    """One that took several attempts."""
    return str(db.session.scalars(select(Delivery.id).where(Delivery.attempts > 1).limit(1)).one())


def unconfirmed(_samples: Samples) -> str:
    missing = select(Confirmation.delivery_id).where(Confirmation.confirmed_at.is_(None))
    return str(db.session.scalars(missing.limit(1)).one())


def proposal(_samples: Samples) -> str:
    """Of the draft that the demo's privacy officer wrote, so that the administrator may publish it."""
    draft, officer = drafts.hold(), _account("officer").subject
    publishing.propose(content=publishing.content_of(draft), by=officer, now=utc_now())
    return str(draft.number)


def invitation_link(_samples: Samples) -> str:
    return _invitation_link(INVITED, now=utc_now())


def invitation_of_customer_link(_samples: Samples) -> str:
    return _invitation_link(EMAILS["customer"], now=utc_now())


def expired_invitation_link(_samples: Samples) -> str:
    return links.sign(links.Purpose.STAFF_INVITATION, now=utc_now() - LONG_AGO, invitation=str(UUID(int=1)))


def withdrawn_invitation_link(_samples: Samples) -> str:
    return links.sign(links.Purpose.STAFF_INVITATION, now=utc_now(), invitation=str(UUID(int=1)))


def erasure(_samples: Samples) -> str:
    """One that was carried out, with its receipt."""
    told = select(Receipt.erasure_id).where(Receipt.sent_at.is_not(None)).order_by(Receipt.sent_at.desc())
    return str(db.session.scalars(told.limit(1)).one())


def legal_hold(_samples: Samples) -> str:
    return str(db.session.scalars(select(LegalHold.id).where(LegalHold.released_at.is_(None)).limit(1)).one())


def ended_hold(_samples: Samples) -> str:
    return str(db.session.scalars(select(LegalHold.id).where(LegalHold.released_at.is_not(None)).limit(1)).one())


OF_CUSTOMERS = {maker.__name__: maker for maker in customer_samples.MAKERS}
MAKERS: dict[str, Callable[[Samples], str]] = {
    maker.__name__: maker
    for maker in (
        erasure,
        erasure_for_others,
        old_erasure_for_others,
        stop_erasure,
        legal_hold,
        ended_hold,
        sign_up_link,
        expired_sign_up_link,
        used_sign_up_link,
        forgotten_sign_up_link,
        reset_link,
        expired_reset_link,
        email_change_link,
        expired_email_change_link,
        undo_link,
        expired_undo_link,
        alarm_link,
        sign_in,
        recovery_link,
        stop_recovery_link,
        consents_link,
        expired_consents_link,
        newsletter_link,
        used_newsletter_link,
        expired_newsletter_link,
        unsubscribe_link,
        used_unsubscribe_link,
        foreign_unsubscribe_link,
        copy_link,
        expired_copy_link,
        share,
        shared_link,
        revoked_link,
        copy_to_confirm,
        copy_to_collect,
        copy_with_code,
        old_copy_to_collect,
        copy,
        closure_link,
        open_objection,
        draft,
        sent,
        stopped,
        on_its_way,
        paused,
        dead_mailbox,
        complained,
        service_email,
        campaign_email,
        marketer,
        proposal,
        upload,
        api_key,
        webhook,
        paused_webhook,
        delivery,
        unconfirmed,
        invitation_link,
        invitation_of_customer_link,
        expired_invitation_link,
        withdrawn_invitation_link,
    )
}


def _invitation_link(address: str, *, now: datetime) -> str:
    administrator = _account("staff").subject
    invitation = invitations.invite(address, Role.SUPPORT, by=administrator, now=now)
    return invitations.link_token(invitation, now=now)


def _account(who: str) -> Account:
    account = credentials.account_of(EMAILS[who])
    assert account is not None
    return account


def _sign_up_link(*, now: datetime) -> str:
    subject = subjects.find_or_create(NEWCOMER, language="en")
    if sign_ups.newest(subject.address_hash) is None:
        entries = sign_ups.Entries(
            NEWCOMER, "a password of hers", {"given_name": "Flurina", "family_name": "Caduff"}, {}, "en"
        )
        sign_ups.ask(entries, browser="another", now=utc_now())
    sign_up = sign_ups.newest(subject.address_hash)
    assert sign_up is not None
    return sign_ups.link_token(sign_up, now=now)


def _recovery() -> AccountRecovery:
    """Of the marketer: the customer's pages shall look as they do every day."""
    now, account = utc_now(), _account("marketer")
    under_way = recoveries.of(account, now=now)
    return under_way or recoveries.start(account, reason="His phone fell into the lake.", by=_account("staff"), now=now)


def _email_change() -> EmailChange:
    staff = _account("staff")
    if email_changes.waiting(staff, now=utc_now()) is None:
        email_changes.ask(staff.subject, NEWCOMER, now=utc_now())
    change = email_changes.waiting(staff, now=utc_now())
    assert change is not None
    return change


def _newsletter_request(*, confirmed: bool) -> NewsletterRequest:
    asked = select(NewsletterRequest).where(NewsletterRequest.confirmed_at.is_not(None) == confirmed)
    return db.session.scalars(asked.limit(1)).one()


def _topic(slug: str) -> UUID:
    return db.session.scalars(select(Topic.id).where(Topic.slug == slug)).one()


def _newest(state: CampaignState) -> Campaign:
    newest = (
        select(Campaign)
        .where(Campaign.state == state)
        .order_by(func.coalesce(Campaign.sending_since, Campaign.changed_at).desc())
    )
    return db.session.scalars(newest.limit(1)).one()


def _suppressed(reason: SuppressionReason) -> str:
    return db.session.scalars(select(Suppression.address_hash).where(Suppression.reason == reason).limit(1)).one().hex()


def _share(samples: Samples) -> CopyShare:
    export = db.session.get_one(DataExport, UUID(samples["copy"]))
    if made := [share for share in copy_shares.of(export) if share.name == PROVIDER]:
        return made[0]
    share = copy_shares.create(export, PROVIDER, uses=3, lifetime=timedelta(days=7), now=utc_now())
    copy_shares.use(share, Visitor("203.0.113.20", "curl/8.14.1"), now=utc_now())
    return share


def _wait_for(export_id: UUID) -> None:
    deadline = monotonic() + 60
    while not _is_ready(export_id, now=utc_now()):
        assert monotonic() < deadline, "the copy is not ready"
        sleep(0.1)


def _is_ready(export_id: UUID, *, now: datetime) -> bool:
    db.session.rollback()
    export = exports.find(export_id)
    return export is not None and export.available(now)
