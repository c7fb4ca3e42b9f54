"""The four people as whom one signs in to the demo, and what the customer among them has done so far."""

import hashlib
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from random import Random
from uuid import UUID

from deploy.demo import authenticator
from deploy.demo.agreements import Agreements
from deploy.demo.mailings import Mailing
from deploy.demo.people import Person, new_id
from webapp.access import Role
from webapp.accounts.factors.authenticator import sealed
from webapp.accounts.factors.models import AuthenticatorApp
from webapp.accounts.models import DeviceSession
from webapp.consents.models import Method
from webapp.db import Base, db
from webapp.mail.models import Message, State
from webapp.privacy.models import DataExport, ExportState
from webapp.subjects.models import Subject

SIGN_INS = [
    ("customer", "customer@alpenglow.example", "marmots whistle at noon"),
    ("marketer", "marketer@alpenglow.example", "seven letters to the valley"),
    ("staff", "staff@alpenglow.example", "the keys hang by the door"),
    ("officer", "officer@alpenglow.example", "the second signature counts"),
]
PASSWORDS = {email: password for _role, email, password in SIGN_INS}
COPY_ASKED_AGO = timedelta(days=47, hours=6)
COPY_TAKES = timedelta(seconds=8)
COPY_DOWNLOADED_AFTER = timedelta(minutes=4)
LAPTOP = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
PHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/18.5 Mobile/15E148 Safari/604.1"
)


@dataclass(frozen=True)
class Cast:
    customer: Person
    marketer: Person
    administrator: Person
    officer: Person

    @property
    def everybody(self) -> list[Person]:
        return [self.administrator, self.officer, self.marketer, self.customer]


def invent_cast(*, until: datetime) -> Cast:
    administrator = _administrator(until)
    marketer = replace(
        administrator,
        id=_id("marketer"),
        email="marketer@alpenglow.example",
        given_name="Mara",
        family_name="Keller",
        phone="+41810120031",
        role=Role.MARKETER,
    )
    officer = replace(
        administrator,
        id=_id("officer"),
        email="officer@alpenglow.example",
        given_name="Seraina",
        family_name="Caviezel",
        phone="+41810120032",
        role=Role.PRIVACY_OFFICER,
    )
    return Cast(_customer(administrator, until), marketer, administrator, officer)


def agree(agreements: Agreements, customer: Person, *, until: datetime) -> None:
    """She gets most of it, has added a topic and left another: so none of the campaigns drives her away."""
    for topic in ("news", "tips", "offers"):
        agreements.give(customer, topic, Method.SIGN_UP_FORM, customer.confirmed_at)
    open_day = until - timedelta(days=640, hours=9, minutes=28)
    agreements.give(customer, "events", Method.IMPORT, open_day, "open day, guest book page 14, signed")
    asked = until - timedelta(days=262, hours=4, minutes=3, seconds=44)
    form = f"form {asked.isoformat(timespec='seconds')} 198.51.100.27"
    agreements.give(customer, "stories", Method.NEWSLETTER, asked + timedelta(minutes=6), form)
    agreements.withdraw(customer, "offers", Method.ACCOUNT, until - timedelta(days=83, hours=3, minutes=52, seconds=18))


def life_of(customer: Person, *, now: datetime) -> list[Base]:
    """Beside consents and campaigns: emails about her account, a copy of her data, and where she is signed in."""
    asked_for_copy = now - COPY_ASKED_AGO
    copy = _expired_copy(customer, asked_for_copy)
    return [
        copy,
        message(customer, "accounts/confirm_sign_up", customer.signed_up_at, sign_up=str(_id("sign-up"))),
        message(customer, "accounts/password_changed", customer.password_changed_at),
        message(customer, "privacy/export_ready", asked_for_copy + COPY_TAKES, export_id=str(copy.id)),
        _device(customer, LAPTOP, "198.51.100.27", now - timedelta(days=9), now - timedelta(days=1)),
        _device(customer, PHONE, "203.0.113.84", now - timedelta(days=33), now - timedelta(hours=3)),
    ]


def authenticator_of(member: Person) -> AuthenticatorApp:
    """Who works here needs one. The person must be in the database: their own key seals the app's."""
    key = sealed(authenticator.KEY, db.session.get_one(Subject, member.id))
    return AuthenticatorApp(subject_id=member.id, key=key, last_step=0, added_at=member.password_changed_at)


def tests_of(mailings: Iterable[Mailing], marketer: Person) -> list[Message]:
    """What she sent to herself before each campaign."""
    return [message(marketer, "campaigns/test", mailing.tested_at, campaign_id=str(mailing.id)) for mailing in mailings]


def message(person: Person, email: str, at: datetime, **ids: str) -> Message:
    return Message(
        subject_id=person.id,
        email=email,
        ids=ids,
        created_at=at,
        due_at=at + timedelta(seconds=1),
        sent_at=at + timedelta(seconds=1),
        state=State.SENT,
        attempts=1,
        reply="250 2.0.0 Ok: queued as 4E1A09C2D7",
    )


def _administrator(until: datetime) -> Person:
    return Person(
        id=_id("administrator"),
        email="staff@alpenglow.example",
        language="en",
        given_name="Reto",
        family_name="Brunner",
        organization="Alpenglow Hosting",
        phone="+41810120030",
        street_address="Gäuggelistrasse 1",
        postal_code="7000",
        city="Chur",
        country="CH",
        signed_up_at=until - timedelta(days=1100),
        confirmed_at=until - timedelta(days=1100),
        password_changed_at=until - timedelta(days=150),
        role=Role.ADMINISTRATOR,
    )


def _customer(neighbour: Person, until: datetime) -> Person:
    return replace(
        neighbour,
        id=_id("customer"),
        email="customer@alpenglow.example",
        given_name="Ladina",
        family_name="Caviezel",
        organization="Velowerkstatt Caviezel",
        phone="+41790123456",
        street_address="Obere Gasse 12",
        signed_up_at=until - timedelta(days=791, hours=5),
        confirmed_at=until - timedelta(days=791, hours=4, minutes=57),
        password_changed_at=until - timedelta(days=131, hours=2),
        role=Role.CUSTOMER,
    )


def _id(of: str) -> UUID:
    return new_id(Random(f"alpenglow {of}"))


def _expired_copy(person: Person, asked_at: datetime) -> DataExport:
    ready_at = asked_at + COPY_TAKES
    return DataExport(
        id=_id("copy"),
        subject_id=person.id,
        state=ExportState.EXPIRED,
        requested_at=asked_at,
        steps_done=8,
        steps_total=8,
        ready_at=ready_at,
        expires_at=ready_at + timedelta(days=7),
        size=48_213,
        last_downloaded_at=asked_at + COPY_DOWNLOADED_AFTER,
    )


def _device(person: Person, user_agent: str, network: str, signed_in_at: datetime, seen_at: datetime) -> DeviceSession:
    return DeviceSession(
        subject_id=person.id,
        token_hash=hashlib.sha256(secrets.token_bytes(32)).digest(),
        user_agent=user_agent,
        network=network,
        signed_in_at=signed_in_at,
        seen_at=seen_at,
        proved_at=signed_in_at,
    )
