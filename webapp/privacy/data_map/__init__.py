"""The data map: what is held about people, in which column, what for and where from. The program itself reads it.

A test compares it with the migrated database: a column, file store, Redis key or cookie that is missing here fails.
"""

from dataclasses import dataclass
from itertools import groupby

from webapp.privacy.data_map import accounts, campaigns, consents, factors, house, mail, privacy, staff, subjects
from webapp.privacy.data_map.vocabulary import Category, OtherTable, SubjectTable

TABLES: list[SubjectTable | OtherTable] = [
    table
    for domain in (subjects, accounts, factors, consents, mail, campaigns, privacy, staff, house)
    for table in domain.TABLES
]


def exported_tables() -> list[SubjectTable]:
    """The tables that go into a copy, in the order in which people are shown them."""
    tables = [table for table in TABLES if isinstance(table, SubjectTable) and table.exported]
    shown = list(Category)
    return sorted(tables, key=lambda table: shown.index(table.category))


@dataclass(frozen=True)
class LeftOut:
    """Columns of one table that are held but not part of a copy, for one reason."""

    table: SubjectTable
    labels: list[str]
    why: str


def left_out() -> list[LeftOut]:
    columns = [(table, what) for table in TABLES if isinstance(table, SubjectTable) for what in table.withheld]
    grouped = groupby(columns, key=lambda column: (column[0].name, str(column[1].withheld)))
    parts = [(list(group), why) for (_name, why), group in grouped]
    return [LeftOut(part[0][0], [str(what.label) for _table, what in part], why) for part, why in parts]
