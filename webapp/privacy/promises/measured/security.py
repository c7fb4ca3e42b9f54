"""Figures about security: second factors, passwords, the log, and who may open what."""

from datetime import datetime, timedelta

from flask import current_app
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from sqlalchemy import func, select, text, union

from webapp import audit
from webapp.access import Role, declared
from webapp.accounts import common_passwords, password_reminders
from webapp.accounts.factors.enrolment import is_protected
from webapp.accounts.factors.models import AuthenticatorApp, Passkey
from webapp.accounts.models import Account, DeviceSession, Guesses
from webapp.config import settings
from webapp.db import Base, db
from webapp.privacy.promises.figures import HOURLY, Figure, Kind, Measurement, register

MANY = 100_000  # from here on the database's own estimate is near enough
LAST_ENTRIES = 500
MONTH = timedelta(days=30)


def https(*, now: datetime) -> Measurement:
    """In production the settings ask for it; a demo runs on one computer without."""
    return Measurement(1 if settings().https else None)


def authenticator_apps(*, now: datetime) -> Measurement:
    return Measurement(_how_many(AuthenticatorApp))


def passkeys(*, now: datetime) -> Measurement:
    return Measurement(_how_many(Passkey))


def protected_accounts(*, now: datetime) -> Measurement:
    protected = union(select(AuthenticatorApp.subject_id), select(Passkey.subject_id)).subquery()
    accounts = _how_many(Account)
    share = db.session.scalars(select(func.count()).select_from(protected)).one() / (accounts or 1)
    return Measurement(min(share, 1.0) if accounts else None, cases=accounts)


def protected_staff(*, now: datetime) -> Measurement:
    working = select(func.count(), func.count().filter(is_protected())).select_from(Account)
    everybody, protected = db.session.execute(working.where(Account.role != Role.CUSTOMER)).one()
    return Measurement(protected / everybody if everybody else None, cases=everybody)


def rate_limits(*, now: datetime) -> Measurement:
    return Measurement(settings().rate_limits)


def guesses_held_back(*, now: datetime) -> Measurement:
    return Measurement(db.session.scalars(select(func.count()).where(Guesses.next_at > now)).one())


def guarded_addresses(*, now: datetime) -> Measurement:
    views = current_app.view_functions.values()
    return Measurement(sum(declared(view) for view in views) / len(views), cases=len(views))


def unsealed_entry(*, now: datetime) -> Measurement:
    oldest = audit.oldest_unsealed()
    return Measurement(max(now - oldest, timedelta(0)) if oldest else timedelta(0))


def unchanged_log(*, now: datetime) -> Measurement:
    found = audit.verify_newest(LAST_ENTRIES)
    return Measurement(found.broken_at is None, cases=found.checked) if found.checked else Measurement(None)


def stolen_passwords(*, now: datetime) -> Measurement:
    return Measurement(common_passwords.how_many())


def shared_computers(*, now: datetime) -> Measurement:
    lately = select(func.count()).where(DeviceSession.shared, DeviceSession.signed_in_at > now - MONTH)
    return Measurement(db.session.scalars(lately).one())


def overdue_question(*, now: datetime) -> Measurement:
    return Measurement(password_reminders.longest_overdue(now=now))


def _how_many(model: type[Base]) -> int:
    """Exactly while they are few; counting ten million rows takes seconds."""
    estimate = text("SELECT reltuples::bigint FROM pg_class WHERE oid = CAST(:name AS regclass)")
    about = int(db.session.scalars(estimate, {"name": model.__tablename__}).one())
    return about if about > MANY else db.session.scalars(select(func.count()).select_from(model)).one()


def _accounts(num: int) -> str:
    return str(ngettext("of %(num)d account", "of %(num)d accounts", num))


register(
    Figure("https", "P21", _l("Pages open through HTTPS only"), Kind.ANSWER, https, none=_l("not in this demo")),
    Figure("authenticator_apps", "P22", _l("Authenticator apps in use"), Kind.COUNT, authenticator_apps, every=HOURLY),
    Figure(
        "protected_staff",
        "P22",
        _l("People who work here and have a second factor; without one no page about others opens"),
        Kind.SHARE,
        protected_staff,
        cases=_accounts,
        none=_l("nobody works here yet"),
    ),
    Figure("rate_limits", "P24", _l("Requests are limited per network"), Kind.ANSWER, rate_limits, at_least=1),
    Figure(
        "guesses_held_back",
        "P24",
        _l("Sign-ins that must wait now, because of too many wrong tries"),
        Kind.COUNT,
        guesses_held_back,
    ),
    Figure(
        "guarded_addresses",
        "P25",
        _l("Addresses of this site that say who may open them"),
        Kind.SHARE,
        guarded_addresses,
        at_least=1,
        cases=lambda num: ngettext("of %(num)d address", "of %(num)d addresses", num),
    ),
    Figure(
        "unsealed_entry",
        "P26",
        _l("Longest that an entry of the log is waiting for its seal now"),
        Kind.DURATION,
        unsealed_entry,
        at_most=timedelta(minutes=5),
    ),
    Figure(
        "unchanged_log",
        "P26",
        _l("The newest entries of the log are as they were written"),
        Kind.ANSWER,
        unchanged_log,
        at_least=1,
        cases=lambda num: ngettext("%(num)d entry checked", "%(num)d entries checked", num),
        none=_l("no entries yet"),
    ),
    Figure("stolen_passwords", "P27", _l("Stolen passwords that we refuse"), Kind.COUNT, stolen_passwords),
    Figure("passkeys", "P28", _l("Passkeys in use"), Kind.COUNT, passkeys, every=HOURLY),
    Figure(
        "shared_computers",
        "P29",
        _l("Sign-ins on shared computers in the last 30 days, which ended by themselves"),
        Kind.COUNT,
        shared_computers,
    ),
    Figure(
        "overdue_question",
        "P30",
        _l("Longest overdue reminder to change a password"),
        Kind.DURATION,
        overdue_question,
        at_most=timedelta(days=2),
        none=_l("nobody is due"),
    ),
    Figure(
        "protected_accounts",
        "P31",
        _l("Accounts that a second factor protects"),
        Kind.SHARE,
        protected_accounts,
        every=HOURLY,
        cases=_accounts,
        none=_l("no accounts yet"),
    ),
)
