"""The files that belong to a person, as they go into the folder `files` of a copy."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath

from flask_babel import lazy_gettext as _l

from webapp import storage
from webapp.privacy.copy.archive import Archive
from webapp.privacy.data_map.places import FILES
from webapp.privacy.data_map.vocabulary import HeldFile
from webapp.storage import Store
from webapp.subjects.models import Subject

WHY_MISSING = _l("We know of this file, but it could not be found where we keep it. Please tell us.")

LONGEST_STEM, LONGEST_ENDING = 50, 10
RESERVED = re.compile(r"(?i)(con|prn|aux|nul|com\d|lpt\d)")  # names of devices on Windows
UNWANTED = re.compile(r'[<>:"|?*%\s]+')


@dataclass(frozen=True)
class Document:
    """A file of the person. Without a path, it could not be found in the storage."""

    name: str
    store: Store
    path: str | None


def write_documents(archive: Archive, subject: Subject) -> list[Document]:
    """Copies every file in pieces, whatever its size. One that is missing is named and does not hold up the others."""
    documents = []
    for store, place in FILES.items():
        for number, held in enumerate(place.of(subject) if place.of else (), start=1):
            documents.append(_write(archive, store, held, number))
    return documents


def _write(archive: Archive, store: Store, held: HeldFile, number: int) -> Document:
    try:
        pieces = storage.read(store, held.key)
    except FileNotFoundError:
        return Document(held.name, store, None)
    path = f"files/{store}/{number}-{safe_name(held.name)}"
    _copy(archive, path, pieces)
    return Document(held.name, store, path)


def _copy(archive: Archive, path: str, pieces: Iterator[bytes]) -> None:
    with archive.binary(path, compressed=False) as entry:
        for piece in pieces:
            entry.write(piece)


def safe_name(name: str) -> str:
    """A name that every system can unpack: the last part of a path, without what steers a terminal or a system."""
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", name))[-1]
    visible = "".join(character for character in last if unicodedata.category(character)[0] != "C")
    path = PurePosixPath(UNWANTED.sub("_", visible).strip("._") or "file")
    stem, ending = path.stem[:LONGEST_STEM], path.suffix[:LONGEST_ENDING]
    return f"{'_' if RESERVED.fullmatch(stem) else ''}{stem}{ending}"
