"""What is kept outside the database: files, keys in Redis, cookies."""

from collections.abc import Iterable
from uuid import UUID

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from webapp.db import db
from webapp.privacy.data_map.vocabulary import FilePlace, Place
from webapp.privacy.models import DataExport, ExportState
from webapp.storage import Store


def _copies(subject_id: UUID) -> Iterable[UUID]:
    ready = select(DataExport.id).where(DataExport.subject_id == subject_id, DataExport.state == ExportState.READY)
    return db.session.scalars(ready).all()


FILES = {
    Store.EXPORTS: FilePlace(
        holds="a copy of everything held about one person",
        whose="the person of the data export whose id is the file's name",
        until="`expires_at` of that row, or until the person deletes it",
        title=_l("Earlier copies of your data"),
        withheld=_l("They hold what this copy holds. You can download them in your account while they are kept."),
        owned=_copies,
    ),
    Store.IMPORTS: FilePlace(
        holds="customers, products, invoices or payment methods from the company's own systems, as CSV, encrypted with "
        "a key that stands in the row of the import whose id is the file's name",
        whose="all those who are in the file",
        until="`delete_after` of that row, or until staff deletes it; the key goes with the file",
        title=_l("Files that our staff imported"),
        withheld=_l("What they say of you is in your data already; the rest is about other people."),
        stays=_l("They are about many people, locked with a key of their own, and deleted after a few days."),
    ),
}

# By pattern, as in the SCAN command.
REDIS_KEYS = {
    "rq:*": Place(
        holds="which job is to run, with the number of its outbox entry",
        whose="nobody's",
        until="the job is done; an hour after a failure",
    ),
    "LIMITS:*": Place(
        holds="how often a network address, or the key of another system, used an address of ours lately (P4, P24)",
        whose="whoever uses that network; it leads to no person of ours",
        until="the period of the limit is over, at most a day",
    ),
}

COOKIES = {
    "session": Place(
        holds="the random token of the sign-in, a mark of the browser, the chosen language, what protects forms, "
        "which copy of data was opened with a code, and whether the browser's privacy signal was heeded",
        whose="whoever uses that browser",
        until="they sign out, the sign-in ends by itself, or, on a shared computer, they close the browser",
    ),
    "password_reset": Place(
        holds="the link from the email, on its way from the address to the form",
        whose="the person who asked for a new password",
        until="the new password is chosen, or after 30 minutes",
    ),
    "device": Place(
        holds="a random number, so that we tell a person when somebody signs in from another browser than theirs",
        whose="whoever signed in with that browser and did not call it a shared computer",
        until="400 days after the last sign-in",
    ),
}
COOKIES |= {f"__Host-{name}": place for name, place in COOKIES.items()}  # their names under HTTPS

# What scripts keep in a browser (localStorage, sessionStorage, IndexedDB, caches), by name: nothing.
BROWSER_STORAGE: dict[str, Place] = {}

# Written by the module of that name while it works, outside the stores.
TEMPORARY_FILES = {
    "webapp.campaigns.traces": Place(
        holds="one byte for each of the emails that a worker is sending, in the order of its claim: how far it got",
        whose="nobody's: it does not say which email",
        until="they are sent; what a killed worker left, for a day",
    ),
    "webapp.privacy.copy.tables": Place(
        holds="one table of a copy for spreadsheets while it is written, in a file without a name",
        whose="the person who asked for the copy",
        until="the table is in the copy or the process ends, whichever is first",
    ),
    "webapp.privacy.exports": Place(
        holds="the copy of one person's data while it is put together, in a file without a name",
        whose="the person who asked for the copy",
        until="the copy is done or the process ends, whichever is first",
    ),
}

# Outside the database and the stores, so that they are there when those are lost.
ELSEWHERE = {
    "bounce mailbox": Place(
        holds="emails that came back, complaints, and requests to unsubscribe, as other mail servers wrote them",
        whose="whoever got the email of ours, or wrote to us",
        until="they are read, some minutes; what no program understands lies in the folder `Unclear` for 30 days",
    ),
    "journal": Place(
        holds="who was erased, and who said no to what, as random numbers and keyed hashes of addresses",
        whose="the person whose number it is",
        until="60 days, twice as long as a backup: it is replayed when an older database is put back",
    ),
    "backup": Place(
        holds="the database and all files, encrypted for those who keep the keys of backups",
        whose="everybody's of whom anything is held",
        until="`BACKUP_LIFETIME` is over, at most 30 days; whoever was erased is erased again when one is put back",
    ),
}

LOGS = {
    "stderr": Place(
        holds="what a process did and what failed, with numbers of rows; email addresses are taken out",
        whose="nobody's",
        until="whoever runs the processes deletes them: after 30 days is advised",
    ),
    "access": Place(
        holds="nothing: the web server writes no line per request, so no network address is logged",
        whose="nobody's",
        until="there is nothing to delete",
    ),
}
