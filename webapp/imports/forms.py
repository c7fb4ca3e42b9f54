"""The forms about imports."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString
from flask_wtf.file import FileField, FileRequired
from wtforms import RadioField, SelectChoice, SelectField
from wtforms.validators import InputRequired

from webapp.accounts.forms import Form
from webapp.imports.columns import COLUMNS, Column, guess
from webapp.imports.manners import guess_dates, guess_decimal
from webapp.imports.models import Import
from webapp.imports.words import DATES, DECIMALS, ENCODINGS, KINDS, SEPARATORS

LONGEST_EXAMPLE = 30


def _choices(words: Mapping[str, LazyString]) -> list[SelectChoice]:
    return [SelectChoice(code, title) for code, title in words.items()]


class UploadForm(Form):
    kind = RadioField(
        _l("What is in the file?"),
        [InputRequired(_l("Choose one of them."))],
        choices=[SelectChoice(kind.value, title) for kind, title in KINDS.items()],
    )
    file = FileField(_l("CSV file"), [FileRequired(_l("Choose a file."))])


class WritingForm(Form):
    """How the file is written, as it was guessed."""

    encoding = SelectField(_l("Characters"), [InputRequired()], choices=_choices(ENCODINGS))
    separator = SelectField(_l("Between the columns"), [InputRequired()], choices=_choices(SEPARATORS))


class ColumnsForm(Form):
    """Which column of the file holds what. `form_for` adds a field for each column that there can be."""

    dates = SelectField(_l("Days"), [InputRequired()], choices=_choices(DATES))
    decimal = SelectField(_l("Amounts"), [InputRequired()], choices=_choices(DECIMALS))
    columns: Sequence[Column]

    @property
    def mapping(self) -> dict[str, int]:
        chosen = {column.field: self[field_name(column)].data for column in self.columns}
        return {name: int(place) for name, place in chosen.items() if place}


def form_for(found: Import, rows: Sequence[Sequence[str]]) -> ColumnsForm:
    """Filled in as it was confirmed before, or as can be guessed from the header and a few rows."""
    columns = COLUMNS[found.kind]
    known: Mapping[str, int] = found.mapping or guess(found.kind, found.header)
    cells = [cell for row in rows for cell in row]
    manner = (found.dates, found.decimal) if found.mapping else (guess_dates(cells), guess_decimal(cells))
    fields: dict[str, Any] = {field_name(column): _choice(column, found, rows) for column in columns}
    form: ColumnsForm = type("ColumnsForm", (ColumnsForm,), {**fields, "columns": columns})(
        data={"dates": manner[0], "decimal": manner[1]}
        | {field_name(column): str(known.get(column.field, "")) for column in columns}
    )
    return form


def field_name(column: Column) -> str:
    return "column-" + column.field.replace(".", "-")


def _choice(column: Column, found: Import, rows: Sequence[Sequence[str]]) -> SelectField:
    first = rows[0] if rows else []
    examples = [cell.strip()[:LONGEST_EXAMPLE] for cell in first] + [""] * len(found.header)
    choices = [
        SelectChoice(str(place), f"{name or place + 1} – {example}" if example else name or str(place + 1))
        for place, (name, example) in enumerate(zip(found.header, examples, strict=False))
    ]
    needed = [InputRequired(_("Which column holds this? It is needed."))] if column.needed else []
    return SelectField(column.title, needed, choices=[SelectChoice("", _("– not in the file –")), *choices])
