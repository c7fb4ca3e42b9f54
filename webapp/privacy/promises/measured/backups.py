"""Figures about what happens when the database is lost: no backup too old, no no forgotten, nothing sent twice."""

from datetime import datetime, timedelta

from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from webapp.journal import restores, writing
from webapp.privacy.backups import keeping
from webapp.privacy.promises.figures import HOURLY, Figure, Kind, Measurement, register


def oldest_backup(*, now: datetime) -> Measurement:
    try:
        found = keeping.every()
    except keeping.NoPlace:
        return Measurement(None)
    return Measurement(now - found[-1].made_at if found else None, cases=len(found))


def unwritten_journal(*, now: datetime) -> Measurement:
    pending = writing.progress().waiting_since
    return Measurement(max(now - pending, timedelta(0)) if pending else timedelta(0))


def emails_held_back(*, now: datetime) -> Measurement:
    return Measurement(restores.paused_by() is None)


register(
    Figure(
        "oldest_backup",
        "P19",
        _l("Age of the oldest backup, in which the deleted may still be until it goes"),
        Kind.DURATION,
        oldest_backup,
        at_most=timedelta(days=30),
        every=HOURLY,
        cases=lambda num: ngettext("of %(num)d backup", "of %(num)d backups", num),
        none=_l("Candor makes no backups here"),
    ),
    Figure(
        "unwritten_journal",
        "P13",
        _l("Longest that a no waits now to be written outside the database, where no loss of it reaches"),
        Kind.DURATION,
        unwritten_journal,
        at_most=timedelta(minutes=5),
    ),
    Figure(
        "emails_flow",
        "P26",
        _l("No email is held back because an older database was put back"),
        Kind.ANSWER,
        emails_held_back,
        at_least=1,
    ),
)
