"""The data map compiled: what is held about people and by which rules, in lines that can be compared and hashed.

A published policy says to which manifest it belongs. `manifest.lock` lists every manifest there was, and the lines of
the newest, so that a code review shows what a change of the map changes for people. Columns that say nothing about
anybody, and the words of labels, are not part of it: they change nothing that a policy promises.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from difflib import unified_diff
from functools import cache
from pathlib import Path

from flask import Flask

from webapp.config import Settings
from webapp.privacy import data_map
from webapp.privacy.data_map.contradictions import contradictions, name_of
from webapp.privacy.data_map.laws import LAWS, OTHER_COUNTRIES
from webapp.privacy.data_map.places import BROWSER_STORAGE, COOKIES, ELSEWHERE, FILES, LOGS, REDIS_KEYS, TEMPORARY_FILES
from webapp.privacy.data_map.purposes import USES, Recipient, Use
from webapp.privacy.data_map.vocabulary import OtherTable, Personal, Place, SubjectTable

LOCK = Path(__file__).with_name("manifest.lock")
HEAD = "# The data map, version by version. Made by `flask --app wsgi data-map --lock`; never edited by hand.\n"

Facts = dict[str, str | list[str]]
Table = SubjectTable | OtherTable


class ContradictingMap(Exception):
    """The data map cannot be true as it stands."""


@dataclass(frozen=True)
class Manifest:
    facts: Mapping[str, Facts]

    @property
    def hash(self) -> str:
        """SHA-256 of the facts as canonical JSON."""
        canonical = json.dumps(self.facts, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        return hashlib.sha256(canonical.encode()).hexdigest()

    @property
    def lines(self) -> list[str]:
        return [_line(name, facts) for name, facts in sorted(self.facts.items())]


@dataclass(frozen=True)
class Version:
    number: int
    locked_on: str
    hash: str


@dataclass(frozen=True)
class Lock:
    """What `manifest.lock` says."""

    versions: Sequence[Version]
    lines: Sequence[str]

    def number_of(self, manifest: Manifest) -> int | None:
        """The newest version with the same hash; None for one that was never locked."""
        return next((version.number for version in reversed(self.versions) if version.hash == manifest.hash), None)

    def changes(self, manifest: Manifest) -> list[str]:
        """What the manifest says otherwise than the newest version, each line with + or -."""
        differing = unified_diff(self.lines, manifest.lines, n=0, lineterm="")
        changed = [line for line in differing if not line.startswith(("+++", "---", "@@"))]
        known = bool(self.versions) and self.versions[-1].hash == manifest.hash
        return changed if changed or known else ["! the hash of the newest version is not that of its lines"]


def init_app(app: Flask, settings: Settings) -> None:
    """Refuses to start with a map that contradicts itself, or that names what is not there."""
    found = contradictions(data_map.TABLES, USES)
    for table in data_map.subject_tables():
        pages = {table.correct_at, *(what.correct_at for what in table.personal.values())} - {None}
        found += [f"{table.name}: no page {page}" for page in pages if page not in app.view_functions]
    found += [f"RECIPIENTS: no recipient {name!r}" for name in settings.recipients if name not in set(Recipient)]
    if found:
        raise ContradictingMap("\n".join(found))


@cache
def current() -> Manifest:
    """That of the running program."""
    return compile_map(data_map.TABLES)


@cache
def lock() -> Lock:
    return read_lock(LOCK.read_text())


def number() -> int | None:
    """The version of the running program's manifest; None while it was not locked."""
    return lock().number_of(current())


def compile_map(tables: Sequence[Table]) -> Manifest:
    places: dict[str, Mapping[str, Place]] = {
        "file": {store.value: place for store, place in FILES.items()},
        "temporary file": TEMPORARY_FILES,
        "redis": REDIS_KEYS,
        "cookie": {name: place for name, place in COOKIES.items() if not name.startswith("__Host-")},
        "browser storage": BROWSER_STORAGE,
        "log": LOGS,
        "elsewhere": ELSEWHERE,
    }
    facts = {f"purpose {purpose}": _use(use) for purpose, use in USES.items()}
    for kind, held in places.items():
        facts |= {f"{kind} {name}": _place(place) for name, place in held.items()}
    for table in tables:
        if isinstance(table, SubjectTable):
            facts |= dict(_table(table))
    return Manifest(facts | _rules(tables))


def read_lock(text: str) -> Lock:
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    numbered = [line.split() for line in lines if line.startswith("version ")]
    versions = [Version(int(number), locked_on, sha) for _, number, locked_on, sha in numbered]
    return Lock(versions, lines[len(versions) :])


def locked(before: Lock, manifest: Manifest, *, today: date) -> str:
    """The text of the lock with this manifest as its newest version."""
    versions = list(before.versions)
    if not versions or versions[-1].hash != manifest.hash:
        versions.append(Version(len(versions) + 1, today.isoformat(), manifest.hash))
    numbered = [f"version {version.number} {version.locked_on} {version.hash}" for version in versions]
    return "\n".join([HEAD, *numbered, "", *manifest.lines, ""])


def _table(table: SubjectTable) -> Iterator[tuple[str, Facts]]:
    yield f"table {table.name}", {"about": sorted(table.about), "reach": name_of(table.reach)}
    for attribute, what in table.personal.items():
        yield f"column {name_of(attribute)}", _column(table, what)


def _column(table: SubjectTable, what: Personal) -> Facts:
    facts: Facts = {
        "category": what.category.value,
        "purposes": sorted(what.purposes),
        "source": what.source.value,
        "kept": sorted(retention.formula for retention in data_map.kept(table, what)),
        "erasure": table.erasure_of(what).value,
    }
    marks = {"withheld": what.withheld is not None, "sealed": what.sealed, "free text": what.free_text}
    if any(marks.values()):
        facts["is"] = [mark for mark, holds in marks.items() if holds]
    if what.parts is not None:
        facts["parts"] = sorted(what.parts)
    return facts


def _use(use: Use) -> Facts:
    return {
        "bases": sorted(use.bases),
        "kept": use.retention.formula,
        "law": use.reference,
        "recipients": sorted(use.recipients),
    }


def _place(place: Place) -> Facts:
    return {"holds": place.holds, "whose": place.whose, "until": place.until}


def _rules(tables: Sequence[Table]) -> dict[str, Facts]:
    """The law behind each period, once for all that is kept by it."""
    used = {use.retention for use in USES.values()}
    for table in tables:
        if isinstance(table, SubjectTable):
            used |= {retention for what in table.personal.values() for retention in data_map.kept(table, what)}
    documents = {retention.document for retention in used if retention.document}
    used |= {law for document in documents for law in [*LAWS[document].values(), OTHER_COUNTRIES[document]]}
    rules = {retention.formula for retention in used}
    return {f"rule {rule}": {"law": sorted({r.reference for r in used if r.formula == rule})} for rule in rules}


def _line(name: str, facts: Facts) -> str:
    parts = [f"{key}: {', '.join(value) if isinstance(value, list) else value}" for key, value in facts.items()]
    return f"{name} | {' | '.join(parts)}"
