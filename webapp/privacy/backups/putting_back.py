"""Putting a backup back into an empty database. Serving begins only after the journal is replayed."""

import tarfile
from pathlib import PurePosixPath
from typing import IO, Any

import obstore
import pyrage
from pyrage import x25519

from webapp.config import settings
from webapp.privacy.backups import keeping, pipes, postgres
from webapp.privacy.backups.making import DATABASE, FILES, FORMAT
from webapp.storage import Store, open_store


class Unusable(Exception):
    """The text says why, for operators."""


def check(name: str) -> dict[str, Any]:
    """Its manifest, after reading every byte. Raises Unusable, NotThere and NotOurs."""
    manifest = keeping.manifest_of(name)
    if manifest["format"] != FORMAT:
        raise Unusable(f"It has format {manifest['format']}; this program reads format {FORMAT}.")
    for part, expected in manifest["parts"].items():
        found = pipes.Measured(_stream(name, part)).exhaust()
        if {"size": found.size, "sha256": found.sha256} != expected:
            raise Unusable(f"{part} is not as it was written.")
    return manifest


def put_database_back(name: str, identity: str) -> None:
    """Raises Unusable when the database is not empty or the key does not fit."""
    if not postgres.is_empty():
        raise Unusable("The database is not empty. Create a new one and point DATABASE_URL to it.")
    with pipes.Pipe(_decrypting(name, DATABASE, identity)) as dump:
        postgres.put_back(dump)


def put_files_back(name: str, identity: str) -> int:
    """Those that are not there; what is there is newer. Answers how many."""
    store, count = open_store(settings().storage_url), 0
    with pipes.Pipe(_decrypting(name, FILES, identity)) as packed, tarfile.open(fileobj=packed, mode="r|") as archive:
        for entry in archive:
            content = archive.extractfile(entry)
            if content and PurePosixPath(entry.name).parts[0] in set(Store):
                count += _put(store, entry.name, content)
    return count


def _put(store: Any, path: str, content: IO[bytes]) -> bool:
    try:
        obstore.head(store, path)
    except FileNotFoundError:
        obstore.put(store, path, pipes.pieces(content))
        return True
    return False


def _decrypting(name: str, part: str, identity: str) -> Any:
    try:
        key = x25519.Identity.from_str(identity.strip())
    except pyrage.IdentityError as error:
        raise Unusable("This is no key of age: it begins with AGE-SECRET-KEY-1.") from error
    source = pipes.as_file(_stream(name, part))
    return lambda out: _decrypt(source, out, key)


def _decrypt(source: IO[bytes], out: IO[bytes], key: x25519.Identity) -> None:
    try:
        pyrage.decrypt_io(source, out, [key])
    except pyrage.DecryptError as error:
        raise Unusable("The key does not open this backup.") from error


def _stream(name: str, part: str) -> Any:
    try:
        return keeping.read(name, part)
    except FileNotFoundError as error:
        raise Unusable(f"{part} is missing.") from error
