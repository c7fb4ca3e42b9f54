"""The record of processing activities (GDPR Art. 30(1), FADP Art. 12), made of the data map and the settings."""

from collections.abc import Iterator
from dataclasses import dataclass
from io import StringIO

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from webapp.config import Settings
from webapp.privacy import data_map, inventory
from webapp.privacy.data_map.vocabulary import Category, Personal, Purpose, SubjectTable
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

Columns = list[tuple[SubjectTable, Personal]]


@dataclass(frozen=True)
class Data:
    """What one activity uses of one category."""

    category: str
    fields: list[str]
    people: list[str]
    sources: list[str]
    kept: list[Kept]


@dataclass(frozen=True)
class Activity:
    """One purpose. Without data it is declared, but nothing is held for it."""

    purpose: PurposeEntry
    data: list[Data]


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
    return [Activity(entry, _data(Purpose(entry.key))) for entry in inventory.purposes()]


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
        _("Persons concerned"),
        _("Source"),
        _("Kept"),
        _("Law or reason for that time"),
        _("Recipients"),
        _("Transfers to other countries"),
        _("Security measures"),
    ]


def _cells(activity: Activity, data: Data | None, settings: Settings) -> Iterator[str]:
    purpose = activity.purpose
    yield from (purpose.title, "; ".join(purpose.bases), purpose.reference)
    if data:
        yield from (data.category, "; ".join(data.fields), "; ".join(data.people), "; ".join(data.sources))
        yield from ("; ".join(kept.words for kept in data.kept), " | ".join(kept.reference for kept in data.kept))
    else:
        yield from (_("none at present"), "", "", "", purpose.kept.words, purpose.kept.reference)
    yield from ("; ".join(purpose.recipients), transfers(settings), " ".join(security_measures(settings)))


def _data(purpose: Purpose) -> list[Data]:
    columns = [
        (table, what)
        for table in data_map.subject_tables()
        for what in table.personal.values()
        if purpose in what.purposes
    ]
    by_category = {
        category: [(table, what) for table, what in columns if what.category is category]
        for category in data_map.categories()
    }
    return [_of_category(category, held) for category, held in by_category.items() if held]


def _of_category(category: Category, columns: Columns) -> Data:
    people = {who for table, _what in columns for who in table.about}
    retentions = dict.fromkeys(retention for table, what in columns for retention in data_map.kept(table, what))
    return Data(
        category=str(CATEGORY_NAMES[category]),
        fields=list(dict.fromkeys(str(what.label) for _table, what in columns)),
        people=[str(words) for who, words in PEOPLE.items() if who in people],
        sources=inventory.source_words(what.source for _table, what in columns),
        kept=inventory.kept_words(list(retentions)),
    )
