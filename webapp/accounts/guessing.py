"""How often one may guess at the same door: after a few wrong tries with a pause in between, that doubles.

The count is in the database, per address and whether or not anybody has that address. It never locks anybody out: the
devices that an owner has used before are counted apart from those of strangers, and no pause is longer than a quarter
of an hour. A try is counted before it is looked at, so that many at the same moment do not slip through.
"""

from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert

from webapp.accounts.models import Guesses
from webapp.db import db

FREE = 5
FIRST_PAUSE = timedelta(seconds=5)
LONGEST_PAUSE = timedelta(minutes=15)
FORGOTTEN_AFTER = timedelta(days=1)


class Door(StrEnum):
    """Where is guessed."""

    PASSWORD = "password"
    SECOND_FACTOR = "second_factor"
    PROOF = "proof"  # of who is signed in already, before a sensitive change


class TooManyGuesses(Exception):
    """Nothing was looked at; `pause` is how long to wait."""

    def __init__(self, pause: timedelta) -> None:
        super().__init__()
        self.pause = pause


def take_turn(door: Door, address_hash: bytes, *, device: str = "", now: datetime) -> None:
    """Counts a try. To be committed before what was typed is looked at. Raises TooManyGuesses."""
    guesses = _locked(door, address_hash, device, now=now)
    if guesses.next_at > now:
        raise TooManyGuesses(guesses.next_at - now)
    if guesses.last_at < now - FORGOTTEN_AFTER:
        guesses.wrong = 0
    guesses.wrong += 1
    guesses.last_at, guesses.next_at = now, now + _pause_after(guesses.wrong)


def was_right(door: Door, address_hash: bytes, *, device: str = "") -> None:
    """Starts anew: the tries before were the owner's own."""
    db.session.execute(delete(Guesses).filter_by(address_hash=address_hash, door=door, device=device))


def let_owner_in(address_hash: bytes) -> None:
    """Whoever reads the mailbox has chosen a new password: all guesses were at the old one."""
    db.session.execute(delete(Guesses).filter_by(address_hash=address_hash, door=Door.PASSWORD))


def _locked(door: Door, address_hash: bytes, device: str, *, now: datetime) -> Guesses:
    key = {"address_hash": address_hash, "door": door, "device": device}
    none_yet = insert(Guesses).values(**key, wrong=0, last_at=now, next_at=now)
    db.session.execute(none_yet.on_conflict_do_nothing())
    locked = select(Guesses).filter_by(**key).with_for_update()
    return db.session.scalars(locked, execution_options={"populate_existing": True}).one()


def _pause_after(wrong: int) -> timedelta:
    if wrong < FREE:
        return timedelta(0)
    return min(FIRST_PAUSE * (1 << min(wrong - FREE, 16)), LONGEST_PAUSE)
