"""What a receipt says: which plan was carried out, what was deleted, and what stays, why and until when.

It names the person nowhere, so that it can be kept as a proof; whoever holds it knows whose it is.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from webapp.config import settings
from webapp.integrations import confirmations
from webapp.integrations.webhooks.models import Confirmation
from webapp.privacy import manifest
from webapp.privacy.data_map.words import ERASURE_CAUSES, ERASURE_REASONS, TREATMENTS
from webapp.privacy.erasure.models import Erasure, ErasureStep, Treatment
from webapp.privacy.erasure.showing import title_of

KIND, FORMAT = "receipt of an erasure", 1


def build(erasure: Erasure, *, now: datetime) -> dict[str, Any]:
    """In the language that is spoken."""
    kept = [step for step in erasure.steps if step.treatment is Treatment.KEEP and not step.waits]
    waiting = [step for step in erasure.steps if step.waits]
    done = [step for step in erasure.steps if step.rows_done and step not in kept]
    return {
        "kind": KIND,
        "format": FORMAT,
        "company": settings().company_name,
        "issued_at": _at(now),
        "erasure": _erasure(erasure),
        "plan": _plan(erasure),
        "totals": {
            "deleted": sum(step.rows_done for step in done),
            "kept": sum(step.rows_planned for step in kept),
            "later": sum(max(step.rows_planned - step.rows_done, 0) for step in waiting),
        },
        "deleted": _lines(done, rows=lambda step: step.rows_done),
        "kept": _lines(kept, rows=lambda step: step.rows_planned),
        "later": _lines(waiting, rows=lambda step: max(step.rows_planned - step.rows_done, 0)),
        "systems": [_system(asked) for asked in confirmations.asked(erasure.id)],
    }


def _erasure(erasure: Erasure) -> dict[str, Any]:
    return {
        "number": str(erasure.id),
        "cause": str(ERASURE_CAUSES[erasure.cause]),
        "asked_at": _at(erasure.asked_at),
        "confirmed_at": _at(erasure.confirmed_at),
        "begun_at": _at(erasure.executing_since),
        "done_at": _at(erasure.executed_at),
    }


def _plan(erasure: Erasure) -> dict[str, Any]:
    """`sha256` is that of the plan that was carried out, `agreed_sha256` that to which the person said yes."""
    return {
        "sha256": erasure.plan_hash,
        "agreed_sha256": erasure.agreed_hash,
        "data_map_sha256": erasure.manifest_hash,
        "data_map_version": _version(erasure.manifest_hash),
    }


def _version(manifest_hash: str) -> int | None:
    return next((version.number for version in manifest.lock().versions if version.hash == manifest_hash), None)


def _lines(steps: Sequence[ErasureStep], *, rows: Callable[[ErasureStep], int]) -> list[dict[str, Any]]:
    return [
        {
            "what": title_of(step.table_name),
            "table": step.table_name,
            "fields": step.fields,
            "treatment": str(TREATMENTS[step.treatment]),
            "reason": str(ERASURE_REASONS[step.reason]),
            "law": step.reference,
            "until": step.kept_until.isoformat() if step.kept_until else None,
            "entries": rows(step),
        }
        for step in steps
    ]


def _system(asked: Confirmation) -> dict[str, Any]:
    return {"name": asked.webhook.name, "confirmed_at": _at(asked.confirmed_at)}


def _at(moment: datetime | None) -> str | None:
    return moment.isoformat(timespec="seconds") if moment else None
