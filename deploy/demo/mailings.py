"""What became of the demo's campaigns: who got them, what the relay answered, and who unsubscribed afterwards."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from uuid import UUID

from deploy.demo.agreements import Agreements
from deploy.demo.came_back import DISCONTINUED, FULL, NO_SUCH_MAILBOX, CameBack
from deploy.demo.letters import Letter
from deploy.demo.people import Person, new_id
from webapp.campaigns import breaker
from webapp.campaigns.models import CampaignState
from webapp.campaigns.statistics import Figures
from webapp.consents.models import Method, SuppressionReason
from webapp.mail.bounces.models import ReturnKind
from webapp.mail.models import State

AT_ONCE = 10
GREYLISTED = "451 4.7.1 Greylisting in action, please come back later"
REFUSALS = [
    *[NO_SUCH_MAILBOX] * 4,
    *["552 5.2.2 Mailbox full"] * 2,
    "550 5.7.1 Message rejected due to local policy",
    "554 5.7.1 Service unavailable; client host blocked using an internal list",
]
BLOCKED = "554 5.7.1 Message refused: it links to short.example, which is on our list of abused link shorteners"
CONNECTION_LOST = "Connection unexpectedly closed"
PAUSES = [10, 20, 40, 80, 160, 320, 640]  # seconds after each deferral


@dataclass(frozen=True)
class Outcome:
    """What became of one email, and when that was known (or, when it waits, since when it is due)."""

    person: Person
    state: State
    at: datetime
    attempts: int = 0
    reply: str | None = None


@dataclass
class Mailing:
    """A campaign's way, with its figures as they grew."""

    id: UUID
    letter: Letter
    started_at: datetime
    state: CampaignState = CampaignState.SENT
    outcomes: list[Outcome] = field(default_factory=list)
    counts: Counter[tuple[datetime, str]] = field(default_factory=Counter)
    returns: list[CameBack] = field(default_factory=list)

    @property
    def written_at(self) -> datetime:
        return self.started_at - timedelta(days=1, hours=2)

    @property
    def tested_at(self) -> datetime:
        return self.started_at - timedelta(minutes=25)

    @property
    def finished_at(self) -> datetime:
        return max(outcome.at for outcome in self.outcomes)

    @property
    def goes_wrong(self) -> bool:
        states = Counter(outcome.state for outcome in self.outcomes)
        return breaker.judge(Figures(sent=states[State.SENT], failed=states[State.FAILED])) is not None

    def settle(self, outcome: Outcome) -> None:
        self.outcomes.append(outcome)
        self.counts[outcome.at, outcome.state] += 1


def send(
    letters: Sequence[Letter], people: Sequence[Person], agreements: Agreements, *, until: datetime, now: datetime
) -> list[Mailing]:
    """One after the other, as each changes who gets the next."""
    return [_send(letter, people, agreements, until=until, now=now) for letter in letters]


def _send(
    letter: Letter, people: Sequence[Person], agreements: Agreements, *, until: datetime, now: datetime
) -> Mailing:
    rng = Random(f"alpenglow {letter.subject}")
    started_at = until - timedelta(days=letter.days_ago) + timedelta(minutes=letter.minute)
    mailing = Mailing(new_id(rng), letter, started_at)
    readers = [person for person in people if _is_reader(person, letter, agreements, started_at)]
    mailing.counts[started_at, "recipients"] = len(readers)
    reached = len(readers) * letter.stopped_after // 100 if letter.stopped_after else len(readers)
    _hand_over(rng, mailing, readers[:reached], agreements)
    for outcome in [outcome for outcome in mailing.outcomes if outcome.state is State.SENT]:
        _react(rng, mailing, outcome, agreements, now)
    if letter.stopped_after:
        mailing.state = CampaignState.STOPPED
    mailing.outcomes += [Outcome(person, State.PENDING, started_at) for person in readers[len(mailing.outcomes) :]]
    return mailing


def _hand_over(rng: Random, mailing: Mailing, readers: Sequence[Person], agreements: Agreements) -> None:
    at, pace = mailing.started_at, rng.uniform(8, 18)
    for position in range(0, len(readers), AT_ONCE):
        at += timedelta(seconds=pace * rng.uniform(0.6, 1.5))
        for person in readers[position : position + AT_ONCE]:
            outcome = _deliver(rng, person, mailing.letter, agreements, at)
            mailing.settle(outcome)
            if outcome.reply == NO_SUCH_MAILBOX:
                mailing.returns.append(CameBack(person, ReturnKind.HARD_BOUNCE, at, NO_SUCH_MAILBOX))
        if mailing.goes_wrong:
            mailing.state = CampaignState.PAUSED
            return


def _is_reader(person: Person, letter: Letter, agreements: Agreements, at: datetime) -> bool:
    return letter.language in (None, person.language) and agreements.wants(person, letter.topic, at)


def _deliver(rng: Random, person: Person, letter: Letter, agreements: Agreements, at: datetime) -> Outcome:
    chance, settled = rng.random(), agreements.may_change_their_mind(person)
    accepted = f"250 2.0.0 Ok: queued as {rng.getrandbits(40):010X}"
    if not agreements.wants(person, letter.topic, at):
        return Outcome(person, State.SUPPRESSED, at)
    if letter.refused_at and person.email.endswith(f"@{letter.refused_at}"):
        return Outcome(person, State.FAILED, at, 1, BLOCKED)
    if chance < 0.007 and settled:
        reply = rng.choice(REFUSALS)
        if reply == NO_SUCH_MAILBOX:
            agreements.suppress(person, SuppressionReason.HARD_BOUNCE, at)
        return Outcome(person, State.FAILED, at, 1, reply)
    if chance < 0.008 and settled:
        return Outcome(person, State.FAILED, _after(len(PAUSES), at), len(PAUSES) + 1, GREYLISTED)
    if chance < 0.0085 and settled:
        return Outcome(person, State.UNCERTAIN, at, 1, CONNECTION_LOST)
    if chance > 0.985:
        tries = rng.randint(2, 7)
        return Outcome(person, State.SENT, _after(tries - 1, at), tries, accepted)
    return Outcome(person, State.SENT, at, 1, accepted)


def _after(deferrals: int, at: datetime) -> datetime:
    return at + timedelta(seconds=sum(PAUSES[:deferrals]))


def _react(rng: Random, mailing: Mailing, received: Outcome, agreements: Agreements, now: datetime) -> None:
    """Most of those who leave do so within hours, the others when they come across the email in the days after."""
    chance, soon = rng.randrange(10_000), rng.random() < 0.55
    at = received.at + timedelta(seconds=45) + rng.expovariate(1 / (3 if soon else 50)) * timedelta(hours=1)
    if not agreements.may_change_their_mind(received.person) or at > now:
        return
    if chance < mailing.letter.leaving:
        everything = rng.random() < 0.08
        method = Method.UNSUBSCRIBE_LINK if everything or rng.random() < 0.45 else Method.ONE_CLICK
        topic = None if everything else mailing.letter.topic
        agreements.withdraw(received.person, topic, method, at, mailing.id)
        mailing.counts[at, "unsubscribed"] += 1
    elif chance > 9_994:
        agreements.suppress(received.person, SuppressionReason.COMPLAINT, at)
        _come_back(mailing, CameBack(received.person, ReturnKind.COMPLAINT, at))
    elif chance > 9_970:
        full = chance > 9_980
        kind, words = (ReturnKind.SOFT_BOUNCE, FULL) if full else (ReturnKind.HARD_BOUNCE, DISCONTINUED)
        _come_back(mailing, CameBack(received.person, kind, at, words))
        if not full:
            agreements.suppress(received.person, SuppressionReason.HARD_BOUNCE, at)


def _come_back(mailing: Mailing, returned: CameBack) -> None:
    mailing.returns.append(returned)
    mailing.counts[returned.at, returned.figure] += 1
