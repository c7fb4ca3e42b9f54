"""The record of processing activities (GDPR Art. 30(1), FADP Art. 12), made of the data map and the settings."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import StringIO

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from webapp.config import Settings
from webapp.privacy import data_map, inventory
from webapp.privacy.data_map.vocabulary import Category, Personal, Purpose, Source, SubjectTable
from webapp.privacy.data_map.words import PEOPLE
from webapp.privacy.inventory import Kept, PurposeEntry
from webapp.spreadsheets import SafeWriter

# What My data calls by the person's own words.
CATEGORY_NAMES = {
    Category.CONTACT: _l("Contact details"),
    Category.ACCESS: _l("Access data"),
    Category.INTERACTION: _l("Interaction data"),
    Category.PAYMENT: _l("Payment data"),
    Category.DOCUMENT: _l("Documents"),
    Category.CONSENT: _l("Consents"),
    Category.COMMUNICATION: _l("Correspondence"),
    Category.REQUEST: _l("Requests about data"),
    Category.HISTORY: _l("Log"),
}

SOURCE_NAMES = {
    Source.PROVIDED: _l("the person"),
    Source.OBSERVED: _l("use of the service"),
    Source.DERIVED: _l("the company itself"),
}


@dataclass(frozen=True)
class Data:
    """What one table holds of one category; of an activity, only what it uses."""

    category: Category
    title: str
    fields: list[str]
    people: list[str]
    sources: list[str]
    kept: list[Kept]

    @property
    def category_name(self) -> str:
        return str(CATEGORY_NAMES[self.category])


@dataclass(frozen=True)
class Activity:
    """One purpose. Without data it is declared, but nothing is held for it."""

    purpose: PurposeEntry
    data: list[Data]

    @property
    def people(self) -> list[str]:
        return list(dict.fromkeys(who for data in self.data for who in data.people))

    @property
    def categories(self) -> dict[str, list[str]]:
        """The titles of what is used, by the name of their category."""
        names = dict.fromkeys(data.category_name for data in self.data)
        return {name: [data.title for data in self.data if data.category_name == name] for name in names}


@dataclass(frozen=True)
class Controller:
    """Who answers for it, by the settings. `missing` names the settings that the law asks for."""

    facts: list[tuple[str, str]]
    missing: list[str]


def controller(settings: Settings) -> Controller:
    facts = [
        (_("Controller"), settings.company_name),
        (_("Address"), settings.company_address),
        (_("Contact for data protection"), settings.privacy_contact),
        (_("Data protection officer"), settings.data_protection_officer),
        (_("Representative in the EU"), settings.eu_representative),
    ]
    needed = ("company_address", "privacy_contact")
    return Controller(
        [(name, value) for name, value in facts if value],
        [name.upper() for name in needed if not getattr(settings, name)],
    )


def activities() -> list[Activity]:
    return [Activity(entry, _data(frozenset({Purpose(entry.key)}))) for entry in inventory.purposes()]


def data_by_category() -> dict[str, list[Data]]:
    """Everything that is held, each once."""
    held = _data(frozenset(Purpose))
    names = dict.fromkeys(data.category_name for data in held)
    return {name: [data for data in held if data.category_name == name] for name in names}


def time_limits() -> list[Kept]:
    """Each period with the law or the reason behind it."""
    return list(dict.fromkeys(kept for data in _data(frozenset(Purpose)) for kept in data.kept))


def transfers(settings: Settings) -> str:
    return settings.data_transfers or _("None outside Switzerland and the European Economic Area.")


def security_measures(settings: Settings) -> list[str]:
    """In general (GDPR Art. 32(1), FADP Art. 8): what this software does, and what the settings turn on."""
    measures = [
        _("Encrypted connections only (HTTPS with HSTS).") if settings.https else "",
        _("Passwords are kept as salted Argon2 hashes; they are checked for strength and against common ones."),
        _("Second factors: authenticator apps, passkeys and recovery codes. Staff cannot work without one."),
        _("Sensitive changes ask for a fresh proof, and the owner of the account is told."),
        _("Each person has an encryption key of their own; the keys that protect it can be changed."),
        _("Each page says which roles may use it; what says nothing is closed."),
        _("Pages for staff open from named networks only.") if settings.staff_networks else "",
        _("Limits per network and per address slow down guessing."),
        _("A sealed log shows who did what, and whether somebody changed it."),
        _("Logs of the processes hold no email address and no name."),
    ]
    return [measure for measure in measures if measure]


def csv(settings: Settings) -> str:
    """One line for each category of data that an activity uses, complete in itself."""
    file = StringIO(newline="")
    writer = SafeWriter(file)
    about = controller(settings)
    writer.write([*(name for name, _value in about.facts), *_heads()])
    for activity in activities():
        used: list[Data | None] = [*activity.data] or [None]
        for data in used:
            writer.write([*(value for _name, value in about.facts), *_cells(activity, data, settings)])
    return file.getvalue()


def _heads() -> list[str]:
    return [
        _("Purpose"),
        _("Legal basis"),
        _("Law"),
        _("Category of data"),
        _("Data"),
        _("Details"),
        _("Persons concerned"),
        _("Where from"),
        _("How long"),
        _("Law or reason for that time"),
        _("Recipients"),
        _("Transfers to other countries"),
        _("Security measures"),
    ]


def _cells(activity: Activity, data: Data | None, settings: Settings) -> Iterator[str]:
    purpose = activity.purpose
    yield from (purpose.title, "; ".join(purpose.bases), purpose.reference)
    if data:
        yield from (data.category_name, data.title, "; ".join(data.fields))
        yield from ("; ".join(data.people), "; ".join(data.sources))
        yield from ("; ".join(kept.words for kept in data.kept), " | ".join(kept.reference for kept in data.kept))
    else:
        yield from (_("none at present"), "", "", "", "", purpose.kept.words, purpose.kept.reference)
    yield from ("; ".join(purpose.recipients), transfers(settings), " ".join(security_measures(settings)))


def _data(used_for: frozenset[Purpose]) -> list[Data]:
    found = [
        _of_table(category, table, [what for what in table.personal.values() if what.category is category], used_for)
        for category in data_map.categories()
        for table in data_map.subject_tables()
    ]
    return [data for data in found if data.fields]


def _of_table(category: Category, table: SubjectTable, held: Sequence[Personal], used_for: frozenset[Purpose]) -> Data:
    columns = [what for what in held if used_for.intersection(what.purposes)]
    return Data(
        category=category,
        title=str(table.title),
        fields=[str(what.label) for what in columns],
        people=[str(words) for who, words in PEOPLE.items() if who in table.about],
        sources=[str(name) for source, name in SOURCE_NAMES.items() if source in {what.source for what in columns}],
        kept=inventory.kept_of(table, columns),
    )
