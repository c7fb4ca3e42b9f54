"""`flask --app wsgi import-csv KIND FILE`"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from io import SEEK_END
from typing import IO, Any

import click
from flask.cli import with_appcontext
from sqlalchemy import delete, select

from webapp.clock import utc_now
from webapp.db import db
from webapp.imports import encodings, imports, manners, refusals, running
from webapp.imports.cells import ORDERS
from webapp.imports.columns import COLUMNS, guess
from webapp.imports.encodings import ENCODINGS, NotACsv, Writing
from webapp.imports.models import WORKING, Import, ImportRefusal, ImportState, Kind
from webapp.imports.words import FILES
from webapp.language import speaking

END = 1_000_000  # bytes at either end, by which a file is known again


@dataclass(frozen=True)
class Given:
    """What was said about the file; the rest is guessed."""

    name: str
    columns: Sequence[str] = ()
    encoding: str | None = None
    separator: str | None = None
    dates: str | None = None
    decimal: str | None = None
    check: bool = False

    @property
    def state(self) -> ImportState:
        return ImportState.CHECKING if self.check else ImportState.RUNNING


@click.command("import-csv")
@click.argument("kind", type=click.Choice([kind.value for kind in Kind]))
@click.argument("file", type=click.File("rb"))
@click.option("--column", "columns", multiple=True, metavar="FIELD=NAME", help="Which column is a field; repeatable.")
@click.option("--encoding", type=click.Choice(ENCODINGS), help="Guessed unless given.")
@click.option("--separator", help="Guessed unless given.")
@click.option("--dates", type=click.Choice(list(ORDERS)), help="The order of year, month and day; guessed likewise.")
@click.option("--decimal", type=click.Choice([".", ","]), help="What stands before cents; guessed likewise.")
@click.option("--check", is_flag=True, help="Tries everything and keeps nothing.")
@click.option("--refused", type=click.File("w"), help="Where refused rows go, as CSV with the reasons.")
@with_appcontext
def import_csv_command(kind: str, file: IO[bytes], refused: IO[str] | None, **given: Any) -> None:
    """Imports customers, products, invoices or payment methods, from a file of any size.

    Killed, the same command goes on where it was; run again, it changes nothing twice.
    """
    with speaking("en"):
        _import(Kind(kind), file, refused, Given(file.name, **given))


def _import(kind: Kind, file: IO[bytes], refused: IO[str] | None, given: Given) -> None:
    found = begin(kind, file, given)
    file.seek(found.position or found.starts)
    for _ in running.take_in(found, file, now=utc_now()):
        db.session.commit()
        click.echo(f"{100 * found.position // found.size:3}%  line {found.line:,}", err=True)
    db.session.commit()
    if refused:
        file.seek(found.starts)
        for _ in refusals.write(found, file, refused):
            pass
    db.session.execute(delete(ImportRefusal).where(ImportRefusal.import_id == found.id))
    db.session.commit()
    _tell(found)


def begin(kind: Kind, file: IO[bytes], given: Given) -> Import:
    """A new import, or the one of this file that was interrupted."""
    fingerprint = _fingerprint(file, f"{kind} {given}")
    unfinished = select(Import).where(Import.fingerprint == fingerprint, Import.state.in_(WORKING))
    if found := db.session.scalars(unfinished).first():
        click.echo(f"Going on at line {found.line:,}.", err=True)
        return found
    try:
        new = _describe(kind, file, given)
    except NotACsv as problem:
        raise click.ClickException(str(FILES[str(problem)])) from None
    new.fingerprint, new.working_since = fingerprint, new.received_at
    db.session.add(new)
    db.session.commit()
    return new


def _describe(kind: Kind, file: IO[bytes], given: Given) -> Import:
    file.seek(0)
    guessed = encodings.guess(file)
    writing = Writing(given.encoding or guessed.encoding, given.separator or guessed.separator, guessed.starts)
    new = imports.describe(file, kind, writing, name=given.name, now=utc_now())
    file.seek(writing.starts)
    cells = [cell for row in imports.first_rows(file, writing) for cell in row]
    new.state = given.state
    new.mapping = _mapping(new, dict(choice.partition("=")[::2] for choice in given.columns))
    new.dates = given.dates or manners.guess_dates(cells)
    new.decimal = given.decimal or manners.guess_decimal(cells)
    return new


def _mapping(new: Import, named: dict[str, str]) -> dict[str, int]:
    columns = {column.field: column for column in COLUMNS[new.kind]}
    if wrong := [f"no field {field}" for field in named if field not in columns]:
        raise click.UsageError(f"{', '.join(wrong)}. There are: {', '.join(columns)}.")
    if wrong := [f"no column {name}" for name in named.values() if name not in new.header]:
        raise click.UsageError(f"{', '.join(wrong)}. There are: {', '.join(new.header)}.")
    mapping = guess(new.kind, new.header) | {field: new.header.index(name) for field, name in named.items()}
    if missing := [field for field, column in columns.items() if column.needed and field not in mapping]:
        raise click.UsageError(
            f"Say which column is: {', '.join(missing)}, such as --column {missing[0]}={new.header[0]!r}. "
            f"There are: {', '.join(new.header)}."
        )
    return mapping


def _fingerprint(file: IO[bytes], about: str) -> bytes:
    size = file.seek(0, SEEK_END)
    file.seek(0)
    seen = hashlib.sha256(f"{about} {size}".encode() + file.read(END))
    file.seek(max(size - END, 0))
    seen.update(file.read(END))
    return seen.digest()


def _tell(found: Import) -> None:
    click.echo(", ".join(f"{outcome} {count:,}" for outcome, count in sorted(found.counts.items())))
    for reason, count in refusals.most_frequent(found):
        click.echo(f"{count:>9,}  {reason}")
    if found.state is ImportState.FAILED:
        raise click.ClickException(str(FILES[found.problem or ""]))
