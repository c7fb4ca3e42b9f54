"""What the page about the promises shows after three years: copies that people asked for, and an alert that is over."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from random import Random

from deploy.demo.people import Person, new_id
from webapp.db import Base
from webapp.privacy.models import DataExport, ExportState
from webapp.privacy.promises.models import Alert

COPIES = 23
QUARTER = timedelta(days=90)


def kept(people: Iterable[Person], *, but: Sequence[Person], now: datetime) -> list[Base]:
    """Copies of the last three months, each within seconds; one day the mail server was away for half an hour."""
    rng = Random("alpenglow promises")
    asking = rng.sample([one for one in people if one not in but and one.signed_up_at < now - QUARTER], COPIES)
    raised_at = now - timedelta(days=61, hours=5)
    resolved_at = raised_at + timedelta(minutes=15)
    alert = Alert(figure="longest_wait_of_a_message", value=1_115, raised_at=raised_at, resolved_at=resolved_at)
    return [alert, *(_copy(rng, person, now - rng.uniform(0.1, 1) * QUARTER) for person in asking)]


def _copy(rng: Random, person: Person, asked_at: datetime) -> DataExport:
    ready_at = asked_at + timedelta(seconds=rng.triangular(3, 40, 6))
    return DataExport(
        id=new_id(rng),
        subject_id=person.id,
        state=ExportState.EXPIRED,
        requested_at=asked_at,
        steps_done=8,
        steps_total=8,
        ready_at=ready_at,
        expires_at=ready_at + timedelta(days=7),
        size=rng.randint(21_000, 64_000),
    )
