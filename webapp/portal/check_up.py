"""The security check-up: how safe an account is, in plain words, and what to do next (P27 to P32)."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from flask import url_for
from flask_babel import format_date, ngettext
from flask_babel import gettext as _

from webapp.accounts import credentials, email_changes, password_reminders, sessions
from webapp.accounts.factors.overview import Factors, factors_of
from webapp.accounts.models import Account

FEW_CODES = 3


class State(StrEnum):
    GOOD = "good"
    BETTER = "better"  # worth a look
    RISK = "risk"


@dataclass(frozen=True)
class Item:
    """One thing to know, and the page where something can be done about it."""

    state: State
    title: str
    text: str
    action: str
    url: str
    icon: str


@dataclass(frozen=True)
class CheckUp:
    items: list[Item]

    @property
    def to_do(self) -> list[Item]:
        return [item for item in self.items if item.state is not State.GOOD]


def of_account(account: Account, *, now: datetime) -> CheckUp:
    factors = factors_of(account)
    items = [_second_factor(factors), _password(account, now=now), _devices(account, now=now)]
    if factors:
        items.append(_recovery_codes(factors))
    items.append(_email(account, now=now))
    return CheckUp(sorted(items, key=lambda item: [State.RISK, State.BETTER, State.GOOD].index(item.state)))


def _second_factor(factors: Factors) -> Item:
    url = url_for("accounts.security", _anchor="second-factor")
    if factors:
        text = _("Whoever steals your password does not get in without your phone or passkey.")
        return Item(State.GOOD, _("A second factor is on"), text, _("Look at it"), url, "shield-check")
    text = _("A password can be stolen or guessed. With an app on your phone or a passkey, it is not enough any more.")
    return Item(State.RISK, _("Turn on a second factor"), text, _("Turn it on"), url, "shield")


def _password(account: Account, *, now: datetime) -> Item:
    url, change = url_for("accounts.edit_password"), _("Choose a new one")
    since = _("You chose it on %(date)s.", date=format_date(account.password_changed_at, "long"))
    if credentials.is_too_short(account):
        text = _("Yours is short, and nothing else protects your account any more.")
        return Item(State.RISK, _("Choose a longer password"), text, change, url, "key")
    if password_reminders.is_due(account, now=now):
        text = _("It is more than a year old. If you use it elsewhere too, choose a new one.")
        return Item(State.BETTER, _("Is your password still a good one?"), f"{since} {text}", change, url, "key")
    return Item(State.GOOD, _("Your password is long and not among the stolen ones"), since, change, url, "key")


def _devices(account: Account, *, now: datetime) -> Item:
    url, look = url_for("accounts.signed_in_devices"), _("Look at them")
    count = len(sessions.active(account.subject, now=now))
    title = ngettext("You are signed in on %(num)d device", "You are signed in on %(num)d devices", count)
    if count == 1:
        return Item(State.GOOD, title, _("The one in front of you."), look, url, "monitor-smartphone")
    text = _("Do you know them all? Sign out those that you do not use any more, above all shared computers.")
    return Item(State.BETTER, title, text, look, url, "monitor-smartphone")


def _recovery_codes(factors: Factors) -> Item:
    left, url = factors.codes_left, url_for("accounts.new_recovery_codes")
    title = ngettext("%(num)d recovery code is left", "%(num)d recovery codes are left", left)
    if left > FEW_CODES:
        text = _("Keep them on paper, where you find them when your phone is lost.")
        return Item(State.GOOD, title, text, _("Make new ones"), url, "file-text")
    text = _("Without one, a lost phone locks you out for days. Make new ones and print them.")
    return Item(State.BETTER if left else State.RISK, title, text, _("Make new ones"), url, "file-text")


def _email(account: Account, *, now: datetime) -> Item:
    url = url_for("accounts.profile", _anchor="profile-email")
    waiting = email_changes.waiting(account, now=now)
    if waiting:
        text = _("Open the link that we sent to %(email)s. Was it not you? Then choose a new password.")
        text = text % {"email": waiting.new_email}
        return Item(State.BETTER, _("A new email address waits"), text, _("Look at it"), url, "mail")
    text = _("We warn you at %(email)s when something changes. Keep that mailbox as safe as this account.")
    text = text % {"email": account.subject.email}
    return Item(State.GOOD, _("Your email address is confirmed"), text, _("Change it"), url, "mail-check")
