"""The data map: what is held about people, in which column, what for and where from. The program itself reads it.

A test compares it with the migrated database: a column, file store, Redis key or cookie that is missing here fails.
"""

from dataclasses import dataclass
from itertools import groupby

from webapp.db import Base
from webapp.privacy.data_map import (
    accounts,
    activation,
    campaigns,
    closing,
    consents,
    erasure,
    factors,
    holds,
    house,
    imports,
    integrations,
    interactions,
    journal,
    mail,
    policy,
    privacy,
    products,
    promises,
    receipts,
    staff,
    subjects,
    support,
    webhooks,
)
from webapp.privacy.data_map.purposes import USES
from webapp.privacy.data_map.retention import Retention, the_longest
from webapp.privacy.data_map.vocabulary import Category, OtherTable, Personal, SubjectTable

DOMAINS = (
    *(subjects, accounts, factors, products, interactions, consents, mail, support),
    *(campaigns, privacy, erasure, closing, holds, policy, staff, promises, house),
    *(integrations, webhooks),
    *(journal, receipts),
    imports,
    activation,
)
TABLES: list[SubjectTable | OtherTable] = [table for domain in DOMAINS for table in domain.TABLES]


def exported_tables() -> list[SubjectTable]:
    """The tables that go into a copy, in the order in which people are shown them."""
    tables = [table for table in subject_tables() if table.exported]
    shown = list(Category)
    return sorted(tables, key=lambda table: shown.index(table.category))


def subject_tables() -> list[SubjectTable]:
    """Every table about people, those included of which nothing is shown."""
    return [table for table in TABLES if isinstance(table, SubjectTable)]


def table_of(model: type[Base]) -> SubjectTable:
    return next(table for table in subject_tables() if table.model is model)


def categories() -> list[Category]:
    """Those of which anything is held, in the order in which people are shown them."""
    held = {what.category for table in subject_tables() for what in table.personal.values()}
    return [category for category in Category if category in held]


def kept(table: SubjectTable, what: Personal) -> list[Retention]:
    """How long it is kept: by its own rule, its table's, or else for as long as one of its purposes runs."""
    own = what.keep or table.keep
    return [own] if own else the_longest([USES[purpose].retention for purpose in what.purposes])


@dataclass(frozen=True)
class LeftOut:
    """Columns of one table that are held but not part of a copy, for one reason."""

    table: SubjectTable
    labels: list[str]
    why: str


def left_out() -> list[LeftOut]:
    columns = [(table, what) for table in subject_tables() for what in table.withheld]
    grouped = groupby(columns, key=lambda column: (column[0].name, str(column[1].withheld)))
    parts = [(list(group), why) for (_name, why), group in grouped]
    return [LeftOut(part[0][0], [str(what.label) for _table, what in part], why) for part, why in parts]
