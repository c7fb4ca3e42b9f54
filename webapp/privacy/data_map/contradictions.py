"""What cannot be true at once in a data map. The app refuses to start with any of it."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from sqlalchemy import JSON, inspect
from sqlalchemy.orm import InstrumentedAttribute

from webapp.privacy.data_map import clocks
from webapp.privacy.data_map.purposes import LegalBasis, Use
from webapp.privacy.data_map.retention import Clock, Period, Retention
from webapp.privacy.data_map.retention_words import AT_ONCE
from webapp.privacy.data_map.vocabulary import Erasure, OtherTable, Personal, Purpose, Source, SubjectTable

GOES = {Erasure.DELETE, Erasure.BLANK, Erasure.SHRED}
STAYS = {Erasure.KEEP, Erasure.PSEUDONYMISE}

Tables = Sequence[SubjectTable | OtherTable]
Uses = Mapping[Purpose, Use]


def contradictions(tables: Tables, uses: Uses) -> list[str]:
    """Each in one line that names where it is."""
    found = [*_purposes(uses), *_twice(tables)]
    for table in tables:
        found += _other(table) if isinstance(table, OtherTable) else _about_people(table, uses)
    return found


def name_of(attribute: InstrumentedAttribute[object]) -> str:
    """The column in the database, which need not be called as the attribute is."""
    held = inspect(attribute.class_).column_attrs[attribute.key]
    return f"{held.parent.local_table}.{held.columns[0].name}"


def _purposes(uses: Uses) -> Iterator[str]:
    for purpose in Purpose:
        use = uses.get(purpose)
        if use is None:
            yield f"purpose {purpose}: not declared"
            continue
        if not use.bases:
            yield f"purpose {purpose}: no legal basis"
        yield from _clock(f"purpose {purpose}", use.retention)


def _clock(where: str, retention: Retention | None) -> Iterator[str]:
    """A period runs from an event; without a length it ends at that event, which must be one that people can see."""
    if retention is None or not isinstance(retention.clock, Clock):
        yield f"{where}: no clock"
    elif retention.period == Period() and retention.clock not in AT_ONCE:
        yield f"{where}: no time after {retention.clock}"


def _twice(tables: Tables) -> Iterator[str]:
    declared = Counter(name_of(attribute) for table in tables for attribute in table.attributes)
    yield from (f"{column}: declared {count} times" for column, count in declared.items() if count > 1)


def _other(table: OtherTable) -> Iterator[str]:
    if not table.why:
        yield f"{table.name}: neither a way to its subject nor a reason why it has none"
    for attribute, what in table.attributes.items():
        if isinstance(what, Personal):
            yield f"{name_of(attribute)}: personal, in a table that leads to nobody"


def _about_people(table: SubjectTable, uses: Uses) -> Iterator[str]:
    if table.reach is None or table.reach not in table.attributes:
        yield f"{table.name}: neither a way to its subject nor a reason why it has none"
    if not table.about:
        yield f"{table.name}: about nobody"
    for attribute, what in table.personal.items():
        yield from (f"{name_of(attribute)}: {problem}" for problem in _column(table, attribute, what, uses))


def _column(table: SubjectTable, attribute: InstrumentedAttribute[object], what: Personal, uses: Uses) -> Iterator[str]:
    if not what.purposes:
        yield "no purpose"
    if (what.sealed or isinstance(attribute.type, JSON)) and what.parts is None and what.names is None:
        yield "JSON without parts"
    if what.correct_at is not None and what.fixed is not None:
        yield "a page to correct it and a reason why it cannot be corrected"
    if what.source is Source.PROVIDED and what.withheld is None and not _says_how_to_correct(table, what):
        yield "provided by the person, but neither a page to correct it nor a reason why it cannot be corrected"
    own = what.keep or table.keep
    for retention in [own] if own else [uses[purpose].retention for purpose in what.purposes if purpose in uses]:
        yield from _kept(table, what, retention, uses)
    yield from _erased(table, what)


def _says_how_to_correct(table: SubjectTable, what: Personal) -> bool:
    return table.corrected_at(what) is not None or table.why_fixed(what) is not None


def _kept(table: SubjectTable, what: Personal, retention: Retention, uses: Uses) -> Iterator[str]:
    yield from _clock("kept", retention)
    if _needs_column(retention) and clocks.start_column(table, retention.clock) is None:
        yield f"no column says when {retention.clock}"
    erasure = table.erasure_of(what)
    bases = {basis for purpose in what.purposes if purpose in uses for basis in uses[purpose].bases}
    needs_consent = retention.while_agreed or retention.clock is Clock.CONSENT_WITHDRAWN
    if needs_consent and LegalBasis.CONSENT not in bases:
        yield "kept by a consent that no purpose of it asks for"
    if retention.clock is Clock.FINANCIAL_YEAR_ENDED and erasure in GOES:
        yield f"the law keeps it, but on erasure: {erasure}"
    if retention.clock is Clock.ACCOUNT_ENDED and erasure in STAYS:
        yield f"goes with the account, but on erasure: {erasure}"


def _needs_column(retention: Retention | None) -> bool:
    return retention is not None and retention.clock not in clocks.WRITTEN_ELSEWHERE


def _erased(table: SubjectTable, what: Personal) -> Iterator[str]:
    own, whole = what.on_erasure, table.on_erasure
    if own in {Erasure.KEEP, Erasure.PSEUDONYMISE, Erasure.BLANK} and whole is Erasure.DELETE:
        yield f"on erasure: {own}, but its row is deleted"
    if own is Erasure.DELETE and whole is not Erasure.DELETE:
        yield f"on erasure: deleted, but its row stays ({whole})"
    if table.erasure_of(what) is Erasure.SHRED and not what.sealed:
        yield "shredded on erasure, but not encrypted by the person's own key"
