"""What `index.html` and `README.txt` tell of a copy."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from itertools import groupby

from webapp.config import settings
from webapp.language import current_language
from webapp.privacy import data_map, inventory, records
from webapp.privacy.copy.documents import Document
from webapp.privacy.copy.tables import Chapter
from webapp.privacy.copy.timeline import Timeline, timeline_of
from webapp.privacy.data_map.places import FILES
from webapp.privacy.data_map.vocabulary import Category, SubjectTable
from webapp.privacy.data_map.words import CATEGORIES
from webapp.privacy.policy import versions
from webapp.subjects.models import Subject


@dataclass(frozen=True)
class Section:
    """What is held of one category."""

    category: Category
    title: str
    chapters: list[Chapter]

    @property
    def count(self) -> int:
        return sum(chapter.count for chapter in self.chapters)


@dataclass(frozen=True)
class LeftOut:
    what: str
    labels: list[str]
    why: str


@dataclass(frozen=True)
class Reasons:
    """Why a table is held, in words."""

    purposes: list[str]
    bases: list[str]
    sources: list[str]
    recipients: list[str]
    kept: list[inventory.Kept]


@dataclass(frozen=True)
class Story:
    """Everything that the pages and the manifest tell."""

    email: str
    language: str
    now: datetime
    sections: list[Section]
    documents: Sequence[Document]
    left_out: list[LeftOut]
    policy_version: int | None

    @property
    def chapters(self) -> list[Chapter]:
        return [chapter for section in self.sections for chapter in section.chapters]

    @property
    def missing(self) -> list[Document]:
        return [document for document in self.documents if document.path is None]

    @property
    def timeline(self) -> Timeline | None:
        months: dict[Category, Counter[tuple[int, int]]] = {}
        for chapter in self.chapters:
            months.setdefault(chapter.table.category, Counter()).update(chapter.months)
        return timeline_of(months)


def story(subject: Subject, chapters: Sequence[Chapter], documents: Sequence[Document], *, now: datetime) -> Story:
    """In the language of the moment."""
    policy = versions.held_of(versions.published(), now=now)
    grouped = groupby(chapters, key=lambda chapter: chapter.table.category)
    return Story(
        email=subject.email,
        language=subject.language,
        now=now,
        sections=[Section(category, str(CATEGORIES[category]), list(group)) for category, group in grouped],
        documents=documents,
        left_out=_left_out(subject.language),
        policy_version=policy.number if policy else None,
    )


def texts(chapter: Chapter) -> Iterator[list[tuple[str, str]]]:
    """The rows that are shown, each as labels and values, in the language of the moment."""
    guide, shown = chapter.guide, chapter.telling
    for row in chapter.rows:
        yield [(guide.labels[name], records.readable(guide.columns[name], row[name])) for name in shown]


def reasons(chapter: Chapter) -> Reasons:
    return _reasons(chapter.table, current_language(), tuple(settings().recipients.items()))


@cache
def _reasons(table: SubjectTable, language: str, recipients: tuple[tuple[str, str], ...]) -> Reasons:
    """In the language of the moment, with the names that the settings give to recipients."""
    columns = list(table.exported.values())
    used = {purpose for what in columns for purpose in what.purposes}
    return Reasons(
        purposes=inventory.purpose_titles(used),
        bases=inventory.bases_of(used),
        sources=inventory.source_words(what.source for what in columns),
        recipients=inventory.recipients_of(used),
        kept=inventory.kept_of(table, columns),
    )


@cache
def _left_out(language: str) -> list[LeftOut]:
    columns = [LeftOut(str(part.table.title), part.labels, str(part.why)) for part in data_map.left_out()]
    files = [LeftOut(str(place.title), [], str(place.withheld)) for place in FILES.values() if place.withheld]
    return columns + files
