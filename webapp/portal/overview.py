"""What stands on the start page of an account: how things are, and what is worth doing."""

from dataclasses import dataclass
from datetime import datetime

from flask import url_for
from flask_babel import format_date, ngettext
from flask_babel import gettext as _

from webapp.accounts import credentials, password_reminders, phones, postal, sessions
from webapp.accounts.models import Account, Profile
from webapp.consents import subscriptions
from webapp.consents.models import Topic
from webapp.language import current_language
from webapp.portal import email_history
from webapp.portal.email_history import EmailToMe
from webapp.privacy import exports
from webapp.privacy.models import DataExport
from webapp.products import standings
from webapp.products.standings import Standing

RECENT = 4


@dataclass(frozen=True)
class Figure:
    """A state in few words, with a line about it."""

    value: str
    hint: str


@dataclass(frozen=True)
class Advice:
    label: str
    hint: str
    url: str
    icon: str


@dataclass(frozen=True)
class Overview:
    contact: list[tuple[str, list[str]]]
    topics: list[tuple[Topic, bool]]
    copy: Figure
    standing: Standing
    devices: int
    asks_about_password: bool
    advice: list[Advice]
    emails: list[EmailToMe]


def of_account(account: Account, *, now: datetime) -> Overview:
    subject = account.subject
    devices = len(sessions.active(subject, now=now))
    return Overview(
        contact=_contact(account.profile, subject.email),
        topics=subscriptions.topics_of(subject),
        copy=_copy(next(iter(exports.of(subject)), None), now=now),
        standing=standings.of(subject),
        devices=devices,
        asks_about_password=password_reminders.is_due(account, now=now),
        advice=[*_missing_details(account.profile), *_security(account, devices)],
        emails=email_history.page(subject, size=RECENT).emails,
    )


def _contact(profile: Profile, email: str) -> list[tuple[str, list[str]]]:
    place = f"{profile.postal_code} {profile.city}".strip()
    country = postal.country_name(profile.country, current_language()) if profile.country else ""
    return [
        (_("Name"), _lines(profile.full_name)),
        (_("Company"), _lines(profile.organization)),
        (_("Email"), _lines(email)),
        (_("Mobile phone"), _lines(phones.international(profile.phone))),
        (_("Postal address"), _lines(*profile.street_address.splitlines(), place, country)),
    ]


def _lines(*lines: str) -> list[str]:
    return [line for line in lines if line]


def _copy(export: DataExport | None, *, now: datetime) -> Figure:
    if export is None:
        return Figure(_("None yet"), _("Yours within minutes"))
    if export.in_the_making:
        return Figure(_("Being made"), _("We email you when it is ready"))
    if export.available(now):
        return Figure(_("Ready"), _("until %(date)s", date=format_date(export.expires_at)))
    return Figure(_("None now"), _("the last one is from %(date)s", date=format_date(export.requested_at)))


def _missing_details(profile: Profile) -> list[Advice]:
    url = url_for("accounts.profile")
    advice = []
    if not profile.phone:
        advice.append(Advice(_("Add a phone number"), _("For urgent matters. It is optional."), url, "phone"))
    if not profile.street_address:
        advice.append(Advice(_("Add your address"), _("We need it when something has to be posted."), url, "map-pin"))
    return advice


def _security(account: Account, devices: int) -> list[Advice]:
    advice = []
    if credentials.is_too_short(account):
        why = _("Yours is short, and nothing else protects your account any more.")
        advice.append(Advice(_("Choose a longer password"), why, url_for("accounts.edit_password"), "key"))
    if devices > 1:
        label = ngettext("You are signed in on %(num)d device", "You are signed in on %(num)d devices", devices)
        url = url_for("accounts.signed_in_devices")
        advice.append(Advice(label, _("Do you know them all?"), url, "monitor-smartphone"))
    return advice
