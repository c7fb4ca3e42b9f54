"""The demo's story as rows of the database."""

import json
import secrets
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import insert

from deploy.demo.agreements import Choice, Suppressed
from deploy.demo.cast import PASSWORDS
from deploy.demo.history import Entry
from deploy.demo.mailings import Mailing, Outcome
from deploy.demo.people import Person
from deploy.demo.story import Draft
from deploy.demo.topics import TOPICS
from deploy.demo.tracking import Said
from webapp import partitions
from webapp.accounts import password_reminders, passwords
from webapp.accounts.models import Account, Profile
from webapp.audit import AuditEntry
from webapp.campaigns.models import Campaign, CampaignCount, Delivery
from webapp.clock import utc_now
from webapp.consents import wordings
from webapp.consents.models import Consent, Method, Subscription, Suppression, Topic, TrackingChoice
from webapp.consents.wordings import Shown
from webapp.crypto import key_ring, new_key, seal
from webapp.db import Base, db
from webapp.integrations.models import ApiKey
from webapp.interactions.models import Interaction, NearbyAccessPoints
from webapp.language import speaking
from webapp.mail.models import Message, State
from webapp.privacy.policy.models import PolicyShowing
from webapp.subjects.addresses import address_hash
from webapp.subjects.models import Subject, SubjectKey

DETAILS = ("given_name", "family_name", "organization", "phone", "street_address", "postal_code", "city", "country")

Row = dict[str, Any]


class Records:
    """Adds rows in bulk to the running transaction."""

    def __init__(self, people: Sequence[Person]) -> None:
        self._keys = {person.id: new_key() for person in people}
        self._topics = {slug: Topic(**row) for slug, row in _topics(people[0]).items()}
        db.session.add_all(self._topics.values())
        db.session.flush()
        # Hashing takes a tenth of a second: those as whom nobody can sign in share one.
        self._password_of_nobody = passwords.hashed(secrets.token_urlsafe(32))

    def add_people(self, people: Sequence[Person]) -> None:
        _insert(Subject, [_subject(person) for person in people])
        _insert(SubjectKey, [self._subject_key(person) for person in people])
        _insert(Profile, [_profile(person) for person in people])
        _insert(Account, [self._account(person) for person in people])

    def add_consents(self, choices: Sequence[Choice]) -> None:
        _insert(Consent, [self._consent(choice) for choice in choices])

    def add_subscriptions(self, choices: Iterable[Choice]) -> None:
        """What follows from the choices."""
        standing: dict[tuple[UUID, str], Choice] = {}
        for choice in sorted(choices, key=lambda choice: choice.at):
            topics = [choice.topic] if choice.topic else list(self._topics)
            standing |= {
                (choice.person.id, topic): choice
                for topic in topics
                if choice.given or (choice.person.id, topic) in standing
            }
        _insert(Subscription, [self._subscription(topic, choice) for (_person, topic), choice in standing.items()])

    def add_tracking(self, everything_said: Sequence[Said]) -> None:
        """In the ledger, and what follows from it."""
        _insert(Consent, [_tracking_line(said) for said in everything_said])
        standing = {(said.person.id, said.kind): said for said in sorted(everything_said, key=lambda said: said.at)}
        _insert(TrackingChoice, [_tracking_choice(said) for said in standing.values()])

    def add_keys(self, keys: list[Row]) -> None:
        _insert(ApiKey, keys)

    def add_interactions(self, uses: Sequence[Row]) -> None:
        _insert_parted(Interaction, uses)

    def add_access_points(self, found: Sequence[Row]) -> None:
        _insert_parted(NearbyAccessPoints, found)

    def add_suppressions(self, suppressions: Iterable[Suppressed]) -> None:
        _insert(Suppression, [_suppression(suppressed) for suppressed in suppressions])

    def add_campaigns(self, mailings: Sequence[Mailing], *, author: Person) -> None:
        for month in {partitions.month_of(mailing.started_at) for mailing in mailings}:
            partitions.ensure(Delivery, month)
        _insert(Campaign, [self._campaign(mailing, author) for mailing in mailings])
        _insert(CampaignCount, [row for mailing in mailings for row in _counts(mailing)])

    def add_draft(self, draft: Draft, *, author: Person) -> None:
        _insert(Campaign, [self._draft(draft, author)])

    def add_deliveries(self, deliveries: Sequence[tuple[Mailing, Outcome]]) -> None:
        _insert(Delivery, [_delivery(mailing, outcome) for mailing, outcome in deliveries])

    def add_messages(self, messages: Sequence[Row]) -> None:
        _insert(Message, list(messages))

    def add_showings(self, showings: Sequence[Row]) -> None:
        _insert(PolicyShowing, list(showings))

    def add_entries(self, entries: Sequence[Entry]) -> None:
        _insert(AuditEntry, [self._entry(entry) for entry in entries])

    def _subject_key(self, person: Person) -> Row:
        wrapped = key_ring().wrap(self._keys[person.id], context=person.id.bytes)
        return {"subject_id": person.id, "wrapped": wrapped, "created_at": person.signed_up_at}

    def _account(self, person: Person) -> Row:
        password = PASSWORDS.get(person.email)
        return {
            "subject_id": person.id,
            "password_hash": passwords.hashed(password) if password else self._password_of_nobody,
            "password_changed_at": person.password_changed_at,
            "password_reminded_at": _last_reminder(person, utc_now()),
            "role": person.role,
            "confirmed_at": person.confirmed_at,
            "created_at": person.confirmed_at,
        }

    def _consent(self, choice: Choice) -> Row:
        topic, language = self._topics[choice.topic] if choice.topic else None, choice.person.language
        with speaking(language):
            shown = _wording(choice, topic)
            return {
                "subject_id": choice.person.id,
                "topic_id": topic.id if topic else None,
                "topic_title": topic.title(language) if topic else _("All marketing emails"),
                "given": choice.given,
                "method": choice.method,
                "wording": shown.text,
                "wording_version": shown.version,
                "language": language,
                "network": _network(choice),
                "evidence": choice.evidence,
                "campaign_id": choice.campaign,
                "at": choice.at,
            }

    def _subscription(self, topic: str, choice: Choice) -> Row:
        return {
            "subject_id": choice.person.id,
            "topic_id": self._topics[topic].id,
            "subscribed": choice.given,
            "changed_at": choice.at,
        }

    def _campaign(self, mailing: Mailing, author: Person) -> Row:
        return self._draft(Draft(mailing.id, mailing.letter, mailing.written_at), author) | {
            "state": mailing.state,
            "sending_since": mailing.started_at,
            "snapshot_month": partitions.month_of(mailing.started_at),
            "finished_at": mailing.finished_at,
        }

    def _draft(self, draft: Draft, author: Person) -> Row:
        return {
            "id": draft.id,
            "topic_id": self._topics[draft.letter.topic].id,
            "subject": draft.letter.subject,
            "body": draft.letter.body,
            "language": draft.letter.language,
            "created_by": author.id,
            "created_at": draft.written_at,
            "changed_at": draft.written_at,
        }

    def _entry(self, entry: Entry) -> Row:
        subject, details = entry.subject.id, json.dumps(entry.details).encode()
        return {
            "at": entry.at,
            "action": entry.action,
            "actor_id": subject,
            "subject_id": subject,
            "details": seal(self._keys[subject], details, context=subject.bytes) if entry.details else None,
        }


def _topics(first: Person) -> dict[str, Row]:
    return {
        topic.slug: {
            "slug": topic.slug,
            "titles": topic.titles,
            "descriptions": topic.descriptions,
            "position": position,
            "created_at": first.signed_up_at,
        }
        for position, topic in enumerate(TOPICS)
    }


def _subject(person: Person) -> Row:
    return {
        "id": person.id,
        "email": person.email,
        "address_hash": address_hash(person.email),
        "language": person.language,
        "created_at": person.signed_up_at,
    }


def _profile(person: Person) -> Row:
    details = {name: getattr(person, name) for name in DETAILS}
    return {"subject_id": person.id, **details, "changed_at": person.confirmed_at}


def _wording(choice: Choice, topic: Topic | None) -> Shown:
    if choice.method is Method.ONE_CLICK:
        return wordings.ONE_CLICK.shown(choice.person.language)
    if choice.method is Method.UNSUBSCRIBE_LINK or topic is None:
        return wordings.unsubscribe_button(topic, choice.person.language)
    if choice.method in {Method.SIGN_UP_FORM, Method.NEWSLETTER, Method.IMPORT}:
        return wordings.topic_box(topic, choice.person.language)
    return wordings.topic_switch(topic, choice.person.language)


def _network(choice: Choice | Said) -> str:
    """Where their own word came from; documentation addresses (RFC 5737)."""
    return "" if choice.method is Method.IMPORT else f"203.0.113.{choice.person.id.int % 254 + 1}"


def _tracking_line(said: Said) -> Row:
    language = said.person.language
    by_signal = said.method is Method.PRIVACY_SIGNAL
    shown = (wordings.PRIVACY_SIGNAL if by_signal else wordings.TRACKING[said.kind]).shown(language)
    return {
        "subject_id": said.person.id,
        "purpose": said.kind,
        "topic_title": wordings.tracking_title(said.kind, language),
        "given": said.given,
        "method": said.method,
        "wording": shown.text,
        "wording_version": shown.version,
        "language": language,
        "network": _network(said),
        "at": said.at,
    }


def _tracking_choice(said: Said) -> Row:
    return {
        "subject_id": said.person.id,
        "kind": said.kind,
        "allowed": said.given,
        "changed_at": said.at,
        "despite_signal": said.despite_signal,
    }


def _last_reminder(person: Person, now: datetime) -> datetime | None:
    """Every year since they chose it."""
    years = (now - person.password_changed_at) // password_reminders.AFTER
    return person.password_changed_at + years * password_reminders.AFTER if years else None


def _suppression(suppressed: Suppressed) -> Row:
    return {"address_hash": address_hash(suppressed.person.email), "reason": suppressed.reason, "at": suppressed.at}


def _counts(mailing: Mailing) -> list[Row]:
    return [
        {"campaign_id": mailing.id, "at": at, "figure": str(figure), "delta": delta}
        for (at, figure), delta in sorted(mailing.counts.items())
    ]


def _delivery(mailing: Mailing, outcome: Outcome) -> Row:
    return {
        "snapshot_month": partitions.month_of(mailing.started_at),
        "campaign_id": mailing.id,
        "subject_id": outcome.person.id,
        "state": outcome.state,
        "due_at": outcome.at,
        "sent_at": outcome.at if outcome.state is State.SENT else None,
        "attempts": outcome.attempts,
        "reply": outcome.reply,
    }


def _insert_parted(model: type[Interaction] | type[NearbyAccessPoints], rows: Sequence[Row]) -> None:
    for month in {partitions.month_of(row["observed_at"]) for row in rows}:
        partitions.ensure(model, month)
    _insert(model, list(rows))


def _insert(model: type[Base], rows: list[Row]) -> None:
    if rows:
        # Otherwise rows with and without a value take turns in statements of their own.
        db.session.execute(insert(model), rows, execution_options={"render_nulls": True})
