"""What a copy consists of, in the order in which it is written."""

from collections.abc import Iterator
from datetime import datetime
from itertools import groupby
from pathlib import PurePosixPath
from typing import IO

from flask import current_app
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from webapp.language import speaking
from webapp.privacy import data_map, records
from webapp.privacy.copy import overview, portable
from webapp.privacy.copy.archive import Archive
from webapp.privacy.copy.documents import write_documents
from webapp.privacy.copy.guides import guide_of, json_text
from webapp.privacy.copy.manifest import manifest_of
from webapp.privacy.copy.tables import ROWS_IN_OVERVIEW, Chapter, write_table
from webapp.privacy.data_map.vocabulary import Category, SubjectTable
from webapp.privacy.data_map.words import CATEGORIES
from webapp.subjects.models import Subject

VCARD, LINKED_DATA = "portable/contact.vcf", "portable/contact.jsonld"
PAGES = ("privacy/copy/index.html", "privacy/copy/README.txt")
MANIFEST = "manifest.json"


def parts() -> list[LazyString]:
    """What `write` writes, by name: one part up to each of its yields."""
    return [*(CATEGORIES[category] for category, _tables in _by_category()), _l("Your files"), _l("The overview")]


def write(file: IO[bytes], subject: Subject, *, now: datetime) -> Iterator[None]:
    """Writes the ZIP. Only a few hundred rows are in memory at a time, however many there are.

    The same rows and the same `now` give the same bytes.
    """
    counts, chapters = records.count_by_table(subject), []
    with Archive(file, now=now) as archive:
        for _category, tables in _by_category():
            with speaking(subject.language):
                chapters += [_chapter(archive, table, subject, counts[table]) for table in tables]
            yield
        documents = write_documents(archive, subject)
        yield
        with speaking(subject.language):
            _write_portable(archive, subject)
            story = overview.story(subject, chapters, documents, now=now)
            for page in PAGES:
                _write_page(archive, page, story)
            with archive.text(MANIFEST) as entry:
                entry.write(json_text(manifest_of(archive.entries, story)))
        yield


def _by_category() -> list[tuple[Category, list[SubjectTable]]]:
    grouped = groupby(data_map.exported_tables(), key=lambda table: table.category)
    return [(category, list(tables)) for category, tables in grouped]


def _chapter(archive: Archive, table: SubjectTable, subject: Subject, count: int) -> Chapter:
    return write_table(archive, table, subject, count) if count else Chapter(table, guide_of(table))


def _write_portable(archive: Archive, subject: Subject) -> None:
    profile = portable.profile_of(subject)
    with archive.text(VCARD) as entry:
        entry.write(portable.vcard(subject, profile))
    with archive.text(LINKED_DATA) as entry:
        entry.write(json_text(portable.linked_data(subject, profile)))


def _write_page(archive: Archive, page: str, story: overview.Story) -> None:
    """At once: however much is held, only the newest rows are shown."""
    words = {"reasons": overview.reasons, "texts": overview.texts, "shown": ROWS_IN_OVERVIEW}
    with archive.text(PurePosixPath(page).name) as entry:
        entry.write(current_app.jinja_env.get_template(page).render(story=story, **words))
