"""The emails of this package: links to confirm, and notices when something about an account's safety changes.

What somebody typed into the sign-up form is not repeated in its email: anybody could be written to in our name.
"""

from typing import Any
from uuid import UUID

from flask_babel import lazy_gettext as _l

from webapp import links
from webapp.accounts import alarms, devices, email_changes, password_reminders, password_resets, sign_ups
from webapp.accounts.models import Account, DeviceSession, EmailChange, SignUp
from webapp.clock import utc_now
from webapp.db import db
from webapp.mail.catalogue import Content, Obsolete, service_email
from webapp.mail.models import Message

HAS_ACCOUNT = _l(
    "You get this because you have an account with us. It is about its security, so it cannot be switched off."
)


@service_email(
    "accounts/confirm_sign_up",
    title=_l("Confirm your email address"),
    reason=_l("You get this because this address was entered on our sign-up page."),
)
def confirm_sign_up(message: Message) -> Content:
    sign_up = db.session.get(SignUp, UUID(message.ids["sign_up"]))
    if sign_up is None or not sign_ups.is_waiting(sign_up):
        raise Obsolete
    token = sign_ups.link_token(sign_up, now=utc_now())
    return Content({"url": links.absolute_url("accounts.confirm", token=token)})


@service_email(
    "accounts/already_registered",
    title=_l("You have an account already"),
    reason=_l("You get this because this address was entered on our sign-up page."),
)
def already_registered(message: Message) -> Content:
    return _to_owner(message, sign_in_url=links.absolute_url("accounts.sign_in"), reset_url=_forgotten())


@service_email(
    "accounts/reset_password",
    title=_l("Choose a new password"),
    reason=_l("You get this because a new password was asked for on our sign-in page."),
)
def reset_password(message: Message) -> Content:
    token = password_resets.link_token(_account(message), now=utc_now())
    return _to_owner(message, url=links.absolute_url("accounts.open_reset", token=token))


@service_email("accounts/password_changed", title=_l("Your password was changed"), reason=HAS_ACCOUNT)
def password_changed(message: Message) -> Content:
    return _to_owner(message, when=message.created_at, reset_url=_forgotten())


@service_email("accounts/password_reminder", title=_l("Is your password still a good one?"), reason=HAS_ACCOUNT)
def password_reminder(message: Message) -> Content:
    account = _account(message)
    if not password_reminders.is_due(account, now=message.created_at):
        raise Obsolete
    security_url = links.absolute_url("accounts.security")
    return _to_owner(message, day=account.password_changed_at, security_url=security_url)


@service_email(
    "accounts/confirm_new_email",
    title=_l("Confirm your new email address"),
    reason=_l("You get this because this address was entered in the profile of an account with us."),
)
def confirm_new_email(message: Message) -> Content:
    change = _change(message)
    if not email_changes.is_waiting(change, _account(message)):
        raise Obsolete
    token = email_changes.link_token(change, now=utc_now())
    return Content({"url": links.absolute_url("accounts.confirm_new_email", token=token)}, to=change.new_email)


@service_email("accounts/email_change_notice", title=_l("Your email address is about to change"), reason=HAS_ACCOUNT)
def email_change_notice(message: Message) -> Content:
    change = _change(message)
    return _to_owner(message, to=change.old_email, new_email=change.new_email, reset_url=_forgotten())


@service_email("accounts/email_changed", title=_l("Your email address was changed"), reason=HAS_ACCOUNT)
def email_changed(message: Message) -> Content:
    change = _change(message)
    token = email_changes.undo_token(change, now=utc_now())
    return _to_owner(
        message,
        to=change.old_email,
        new_email=change.new_email,
        when=change.confirmed_at,
        url=links.absolute_url("accounts.undo_new_email", token=token),
    )


@service_email("accounts/email_change_undone", title=_l("Your email address is the old one again"), reason=HAS_ACCOUNT)
def email_change_undone(message: Message) -> Content:
    change = _change(message)
    return _to_owner(message, to=change.new_email, email=_account(message).subject.email, when=message.created_at)


@service_email("accounts/new_device", title=_l("Somebody signed in from a new device"), reason=HAS_ACCOUNT)
def new_device(message: Message) -> Content:
    device = db.session.get(DeviceSession, UUID(message.ids["device"]))
    if device is None:
        raise Obsolete
    token = alarms.link_token(device, now=utc_now())
    return _to_owner(
        message,
        device=devices.name_of(device.user_agent),
        network=device.network,
        when=device.signed_in_at,
        url=links.absolute_url("accounts.not_me", token=token),
    )


@service_email("accounts/secured", title=_l("Your account was made safe: choose a new password"), reason=HAS_ACCOUNT)
def secured(message: Message) -> Content:
    token = password_resets.link_token(_account(message), now=utc_now())
    url = links.absolute_url("accounts.open_reset", token=token)
    return _to_owner(message, url=url, when=message.created_at, again_url=_forgotten())


def _to_owner(message: Message, *, to: str | None = None, **variables: Any) -> Content:
    return Content({"name": _account(message).profile.given_name, **variables}, to=to)


def _account(message: Message) -> Account:
    account = db.session.get(Account, message.subject_id)
    if account is None:
        raise Obsolete
    return account


def _change(message: Message) -> EmailChange:
    return db.session.get_one(EmailChange, UUID(message.ids["change"]))


def _forgotten() -> str:
    return links.absolute_url("accounts.forgotten")
