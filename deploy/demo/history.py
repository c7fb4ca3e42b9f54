"""What the audit log says about the demo's three years."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from deploy.demo.agreements import Choice
from deploy.demo.cast import COPY_ASKED_AGO, COPY_DOWNLOADED_AFTER, COPY_TAKES, Cast
from deploy.demo.mailings import Mailing
from deploy.demo.people import Person
from deploy.demo.policy import DRAFT_AGO, FIRST_AGO, PROPOSED_BEFORE, SECOND_AGO
from deploy.demo.story import Story
from deploy.demo.topics import TOPICS
from deploy.demo.tracking import Said
from deploy.demo.usage import SYSTEMS
from webapp.access import Role
from webapp.audit import Action
from webapp.campaigns.models import CampaignState, PauseReason
from webapp.consents import wordings

TITLES = {topic.slug: topic.titles for topic in TOPICS}


@dataclass(frozen=True)
class Entry:
    at: datetime
    action: Action
    subject: Person
    details: dict[str, str] = field(default_factory=dict)


def entries(story: Story) -> list[Entry]:
    """In the order in which they were written."""
    marketer = story.cast.marketer
    everything = [
        *(entry for person in story.people for entry in _sign_up(person)),
        *(_choice(choice) for choice in story.agreements.choices),
        *(_tracking(said) for said in story.tracking),
        *(entry for mailing in story.mailings for entry in _campaign(mailing, marketer)),
        *_policy(story.cast, story.now),
        *_keys(story.cast.administrator, story.now),
        *_copy(story.cast.customer, story.now - COPY_ASKED_AGO),
        Entry(story.draft.written_at, Action.CAMPAIGN_WRITTEN, marketer, {"campaign": str(story.draft.id)}),
    ]
    return sorted(everything, key=lambda entry: entry.at)


def _policy(cast: Cast, now: datetime) -> Iterator[Entry]:
    reto, seraina = cast.administrator, cast.officer
    for number, ago, writer, reader in ((1, FIRST_AGO, reto, seraina), (2, SECOND_AGO, seraina, reto)):
        version, proposed = {"version": str(number)}, now - ago - PROPOSED_BEFORE
        yield Entry(proposed, Action.POLICY_WRITTEN, writer, version)
        yield Entry(proposed, Action.POLICY_PROPOSED, writer, version)
        yield Entry(now - ago, Action.POLICY_PUBLISHED, reader, version)
    yield Entry(now - DRAFT_AGO, Action.POLICY_WRITTEN, cast.officer, {"version": "3"})


def _sign_up(person: Person) -> Iterator[Entry]:
    if person.role is Role.CUSTOMER:
        yield Entry(person.signed_up_at, Action.SIGNED_UP, person)
        yield Entry(person.confirmed_at, Action.SIGN_UP_CONFIRMED, person)
    else:
        yield Entry(person.signed_up_at, Action.OPERATOR_CREATED, person, {"role": person.role})
    if person.password_changed_at != person.signed_up_at:
        yield Entry(person.password_changed_at, Action.PASSWORD_CHANGED, person)


def _choice(choice: Choice) -> Entry:
    if choice.topic is None:
        return Entry(choice.at, Action.MARKETING_STOPPED, choice.person, {"method": choice.method})
    action = Action.CONSENT_GIVEN if choice.given else Action.CONSENT_WITHDRAWN
    title = TITLES[choice.topic][choice.person.language]
    return Entry(choice.at, action, choice.person, {"topic": title, "method": choice.method})


def _tracking(said: Said) -> Entry:
    action = Action.TRACKING_ALLOWED if said.given else Action.TRACKING_STOPPED
    title = wordings.tracking_title(said.kind, said.person.language)
    return Entry(said.at, action, said.person, {"topic": title, "method": said.method})


def _keys(maker: Person, now: datetime) -> Iterator[Entry]:
    for system in SYSTEMS:
        yield Entry(now - system.made, Action.API_KEY_CREATED, maker, {"name": system.name})
        if system.revoked:
            yield Entry(now - system.revoked, Action.API_KEY_REVOKED, maker, {"name": system.name})


def _copy(person: Person, asked_at: datetime) -> Iterator[Entry]:
    yield Entry(asked_at, Action.EXPORT_REQUESTED, person)
    yield Entry(asked_at + COPY_TAKES, Action.EXPORT_BUILT, person)
    yield Entry(asked_at + COPY_DOWNLOADED_AFTER, Action.EXPORT_DOWNLOADED, person)


def _campaign(mailing: Mailing, marketer: Person) -> Iterator[Entry]:
    campaign = {"campaign": str(mailing.id)}
    yield Entry(mailing.written_at, Action.CAMPAIGN_WRITTEN, marketer, campaign)
    yield Entry(mailing.tested_at, Action.CAMPAIGN_TESTED, marketer, campaign)
    yield Entry(mailing.started_at, Action.CAMPAIGN_SENT, marketer, campaign)
    if mailing.state is CampaignState.STOPPED:
        yield Entry(mailing.finished_at, Action.CAMPAIGN_STOPPED, marketer, campaign)
    if mailing.state is CampaignState.PAUSED:
        why = {"reason": PauseReason.REFUSALS.value}
        yield Entry(mailing.finished_at, Action.CAMPAIGN_BROKEN_OFF, marketer, campaign | why)
