"""What the data map says about one table, for the person whose data it holds."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby

from flask import url_for

from webapp.privacy import inventory
from webapp.privacy.data_map.vocabulary import Personal, SubjectTable
from webapp.privacy.inventory import Kept


@dataclass(frozen=True)
class Named:
    """Some fields of a table, and what holds for all of them: a reason, or the address of a page."""

    labels: list[str]
    what: str


@dataclass(frozen=True)
class Facts:
    sources: list[str]
    purposes: list[str]
    bases: list[str]
    kept: list[Kept]
    recipients: list[str]
    erasure: list[str]
    corrections: list[Named]
    fixed: list[Named]
    withheld: list[Named]


def of(table: SubjectTable) -> Facts:
    columns = list(table.personal.values())
    purposes = {purpose for what in columns for purpose in what.purposes}
    shown = list(table.exported.values())
    return Facts(
        sources=inventory.source_words(what.source for what in columns),
        purposes=inventory.purpose_titles(purposes),
        bases=inventory.bases_of(purposes),
        kept=inventory.kept_of(table, columns),
        recipients=inventory.recipients_of(purposes),
        erasure=inventory.erasures_of(table, columns),
        corrections=_grouped((what, _page(table, what)) for what in shown),
        fixed=_grouped((what, table.why_fixed(what)) for what in shown),
        withheld=_grouped((what, what.withheld) for what in columns),
    )


def _page(table: SubjectTable, what: Personal) -> str | None:
    endpoint = table.corrected_at(what)
    return url_for(endpoint) if endpoint is not None else None


def _grouped(pairs: Iterable[tuple[Personal, object | None]]) -> list[Named]:
    """Those that have the same, in one."""
    having = sorted(
        ((str(said), str(what.label)) for what, said in pairs if said is not None), key=lambda pair: pair[0]
    )
    return [Named([label for _said, label in group], said) for said, group in groupby(having, key=lambda pair: pair[0])]
