"""What the data map says to people: the policy page, My data and the record of processing are made of this.

Everything is in the language of the moment; `snapshot` takes one by name and gives plain JSON.
"""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from webapp.config import settings
from webapp.language import speaking
from webapp.privacy import data_map
from webapp.privacy.data_map import clocks
from webapp.privacy.data_map.purposes import USES, Recipient
from webapp.privacy.data_map.retention_words import retention_words
from webapp.privacy.data_map.vocabulary import Category, Personal, Purpose, Source, SubjectTable
from webapp.privacy.data_map.words import BASES, CATEGORIES, CATEGORY_TEXTS, ERASURES, PEOPLE, RECIPIENTS, SOURCES


@dataclass(frozen=True)
class Kept:
    """How long, in words, and the law or the reason."""

    words: str
    reference: str


@dataclass(frozen=True)
class Holding:
    """What one table holds about a person."""

    name: str
    title: str
    fields: list[str]
    withheld: list[str]
    people: list[str]
    purposes: list[str]
    kept: list[Kept]
    erasure: list[str]


@dataclass(frozen=True)
class CategoryEntry:
    key: str
    title: str
    text: str
    holdings: list[Holding]
    purposes: list[str]
    bases: list[str]
    sources: list[str]
    recipients: list[str]
    people: list[str]


@dataclass(frozen=True)
class PurposeEntry:
    """One of the nine uses. `categories` are those of which it uses anything now; there may be none."""

    key: str
    title: str
    explanation: str
    bases: list[str]
    reference: str
    kept: Kept
    recipients: list[str]
    categories: list[str]


def snapshot(language: str) -> dict[str, Any]:
    """The whole inventory as plain JSON: what a version of the policy keeps."""
    with speaking(language):
        return {
            "categories": [asdict(entry) for entry in categories()],
            "purposes": [asdict(entry) for entry in purposes()],
        }


def categories() -> list[CategoryEntry]:
    """What is held, in the order in which people are shown it."""
    return [_category(category) for category in data_map.categories()]


def purposes() -> list[PurposeEntry]:
    return [_purpose(purpose) for purpose in USES]


def purpose_titles(used: Iterable[Purpose]) -> list[str]:
    wanted = set(used)
    return [str(use.title) for purpose, use in USES.items() if purpose in wanted]


def bases_of(used: Iterable[Purpose]) -> list[str]:
    wanted = {basis for purpose in used for basis in USES[purpose].bases}
    return [str(words) for basis, words in BASES.items() if basis in wanted]


def recipients_of(used: Iterable[Purpose]) -> list[str]:
    wanted = {recipient for purpose in used for recipient in USES[purpose].recipients}
    return [recipient_words(recipient) for recipient in Recipient if recipient in wanted]


def recipient_words(recipient: Recipient) -> str:
    """The kind of recipient, and who it is if the company says so in its settings."""
    named = settings().recipients.get(recipient)
    return f"{RECIPIENTS[recipient]}: {named}" if named else str(RECIPIENTS[recipient])


def source_words(sources: Iterable[Source]) -> list[str]:
    wanted = set(sources)
    return [str(words) for source, words in SOURCES.items() if source in wanted]


def kept_of(table: SubjectTable, columns: Iterable[Personal]) -> list[Kept]:
    """How long columns of a table are kept, each period once."""
    retentions = dict.fromkeys(retention for what in columns for retention in data_map.kept(table, what))
    return [Kept(retention_words(retention), retention.reference) for retention in retentions]


def erasures_of(table: SubjectTable, columns: Iterable[Personal]) -> list[str]:
    """What becomes of columns of a table when the person is erased."""
    wanted = {table.erasure_of(what) for what in columns}
    return [str(words) for erasure, words in ERASURES.items() if erasure in wanted]


def until(table: SubjectTable, what: Personal, row: Any) -> date | None:
    """The day on which a row's time is over. None while the clock has not started, or if two rules decide."""
    rules = data_map.kept(table, what)
    if len(rules) > 1:
        return None
    starts = clocks.start_column(table, rules[0].clock)
    at: datetime | date | None = getattr(row, starts.key, None) if starts is not None else None
    if at is None:
        return None
    day = clocks.day_of(at) if isinstance(at, datetime) else at
    return clocks.until(rules[0], day, country=getattr(row, table.country.key) if table.country is not None else None)


def _category(category: Category) -> CategoryEntry:
    held = {
        table: [what for what in table.personal.values() if what.category is category]
        for table in data_map.subject_tables()
    }
    columns = [what for group in held.values() for what in group]
    used = {purpose for what in columns for purpose in what.purposes}
    people = {who for table, group in held.items() if group for who in table.about}
    return CategoryEntry(
        key=category,
        title=str(CATEGORIES[category]),
        text=str(CATEGORY_TEXTS[category]),
        holdings=[_holding(table, group) for table, group in held.items() if group],
        purposes=purpose_titles(used),
        bases=bases_of(used),
        sources=source_words(what.source for what in columns),
        recipients=recipients_of(used),
        people=[str(words) for who, words in PEOPLE.items() if who in people],
    )


def _holding(table: SubjectTable, columns: Sequence[Personal]) -> Holding:
    return Holding(
        name=table.name,
        title=str(table.title),
        fields=[str(what.label) for what in columns if what.withheld is None],
        withheld=[str(what.label) for what in columns if what.withheld is not None],
        people=[str(PEOPLE[who]) for who in table.about],
        purposes=purpose_titles(purpose for what in columns for purpose in what.purposes),
        kept=kept_of(table, columns),
        erasure=erasures_of(table, columns),
    )


def _purpose(purpose: Purpose) -> PurposeEntry:
    use = USES[purpose]
    columns = [what for table in data_map.subject_tables() for what in table.personal.values()]
    served = {what.category for what in columns if purpose in what.purposes}
    return PurposeEntry(
        key=purpose,
        title=str(use.title),
        explanation=str(use.explanation),
        bases=bases_of([purpose]),
        reference=use.reference,
        kept=Kept(retention_words(use.retention), use.retention.reference),
        recipients=recipients_of([purpose]),
        categories=[str(CATEGORIES[category]) for category in data_map.categories() if category in served],
    )
