"""Everything that happened at the demo's company: invented, the same each time, and counted back from now."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from uuid import UUID

from deploy.demo import agreements, cast, letters, mailings, people, tracking
from deploy.demo.agreements import Agreements
from deploy.demo.cast import Cast
from deploy.demo.letters import Letter
from deploy.demo.mailings import Mailing
from deploy.demo.people import Person
from deploy.demo.tracking import Said

CUSTOMERS = 2_000


@dataclass(frozen=True)
class Draft:
    id: UUID
    letter: Letter
    written_at: datetime


@dataclass(frozen=True)
class Story:
    """`people` are the cast and all other customers, in the order of their sign-up."""

    now: datetime
    cast: Cast
    people: list[Person]
    agreements: Agreements
    tracking: list[Said]
    mailings: list[Mailing]
    draft: Draft


def invent(*, now: datetime) -> Story:
    until = _last_monday(now)
    played = cast.invent_cast(until=until)
    others = people.invent(CUSTOMERS - 1, until=until)
    agreed = Agreements()
    agreements.at_sign_up_and_later(agreed, others, until=until)
    cast.agree(agreed, played.customer, until=until)
    said = [*tracking.of_others(others, until=until), *tracking.of_customer(played.customer, until=until)]
    everybody = sorted([*played.everybody, *others], key=lambda person: person.signed_up_at)
    sent = mailings.send(letters.PAST, everybody, agreed, until=until, now=now)
    draft = Draft(people.new_id(Random("alpenglow draft")), letters.DRAFT, now - timedelta(hours=20))
    return Story(now, played, everybody, agreed, said, sent, draft)


def _last_monday(now: datetime) -> datetime:
    """Campaigns go out on the same weekdays, whenever the demo is started."""
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight - timedelta(days=now.weekday())
