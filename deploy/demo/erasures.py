"""People of the demo who had everything deleted: a year of receipts, and one that waits for a system to confirm."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from random import Random

from sqlalchemy import select

from deploy.demo.people import new_id
from webapp import audit, signatures
from webapp.audit import Action
from webapp.changes import Change
from webapp.db import db
from webapp.integrations.webhooks.models import Confirmation, Webhook
from webapp.language import speaking
from webapp.privacy import manifest
from webapp.privacy.data_map.clocks import until
from webapp.privacy.data_map.retention import BOOKS, PROOF_OF_CONSENT, PROOF_OF_EVENT, WHILE_OBJECTED, Retention
from webapp.privacy.erasure import planning, recipients
from webapp.privacy.erasure.models import Cause, Erasure, ErasureState, ErasureStep, Reason, Treatment
from webapp.privacy.receipts import document
from webapp.privacy.receipts.models import Receipt
from webapp.subjects.models import Subject

DAYS_AGO = (341, 318, 290, 262, 255, 221, 203, 178, 149, 133, 104, 98, 71, 52, 45, 23, 13)
STOPPABLE = timedelta(hours=72)
GONE = (
    ("profiles", 1),
    ("accounts", 1),
    ("device_sessions", 6),
    ("subscriptions", 2),
    ("messages", 9),
    ("deliveries", 31),
)
KEPT: tuple[tuple[str, int, Retention], ...] = (
    ("consents", 4, PROOF_OF_CONSENT),
    ("invoices", 7, BOOKS),
    ("audit_entries", 18, PROOF_OF_EVENT),
)


def write(*, now: datetime) -> None:
    """After the systems that hear of changes are there."""
    rng = Random("alpenglow erasures")
    shop = db.session.scalars(select(Webhook).where(Webhook.confirms).order_by(Webhook.created_at).limit(1)).one()
    for days in DAYS_AGO:
        erasure = _carried_out(rng, now - timedelta(days=days, hours=rng.uniform(0, 20)))
        _confirmed(erasure, shop, after=timedelta(minutes=rng.randint(2, 400)))
        _tell(erasure, at=_done(erasure) + timedelta(hours=8))
    waiting = _carried_out(rng, now - STOPPABLE - timedelta(hours=13))
    someone = Subject(id=waiting.subject_id, email="gian.derungs@calanda.example", language="de")
    recipients.keep(waiting, someone)
    _confirmed(waiting, shop, after=None)


def _carried_out(rng: Random, asked_at: datetime) -> Erasure:
    confirmed_at = asked_at + timedelta(minutes=rng.randint(2, 600))
    begun_at = confirmed_at + STOPPABLE
    erasure = Erasure(
        id=new_id(rng),
        subject_id=new_id(rng),
        cause=Cause.CLOSURE if rng.random() < 0.3 else Cause.REQUEST,
        state=ErasureState.EXECUTED,
        manifest_hash=manifest.current().hash,
        asked_at=asked_at,
        confirmed_at=confirmed_at,
        starts_at=begun_at,
        executing_since=begun_at,
        executed_at=begun_at + timedelta(seconds=rng.randint(1, 9)),
        finished_at=begun_at + timedelta(seconds=10),
    )
    erasure.steps.extend(_steps(erasure, rng))
    erasure.plan_hash = erasure.agreed_hash = planning.stored(erasure).hash
    db.session.add(erasure)
    db.session.flush()
    happened = zip(_ACTIONS, (asked_at, confirmed_at, begun_at, _done(erasure)), strict=True)
    for action, at in happened:
        _log(action, erasure, at)
    return erasure


_ACTIONS = (Action.ERASURE_ASKED, Action.ERASURE_CONFIRMED, Action.ERASURE_STARTED, Action.ERASURE_EXECUTED)


def _steps(erasure: Erasure, rng: Random) -> Iterator[ErasureStep]:
    done_at, position = _done(erasure), 0
    for table, most in GONE:
        rows = rng.randint(1, most)
        yield _step(
            erasure, position, table, Treatment.DELETE, Reason.NO_PURPOSE, rows, rows_done=rows, done_at=done_at
        )
        position += 1
    for table, most, law in KEPT:
        more = {"reference": law.reference, "kept_until": until(law, done_at.date()), "done_at": done_at}
        yield _step(erasure, position, table, Treatment.KEEP, Reason.LAW, rng.randint(1, most), **more)
        position += 1
    more = {"reference": WHILE_OBJECTED.reference, "done_at": done_at}
    yield _step(erasure, position, "suppressions", Treatment.KEEP, Reason.SUPPRESSION, 1, **more)


def _step(
    erasure: Erasure, position: int, table: str, treatment: Treatment, reason: Reason, rows: int, **more: object
) -> ErasureStep:
    return ErasureStep(
        subject_id=erasure.subject_id,
        position=position,
        table_name=table,
        fields=[],
        treatment=treatment,
        reason=reason,
        rows_planned=rows,
        **{"rows_done": 0, "reference": "", "needed_by": "", **more},
    )


def _confirmed(erasure: Erasure, webhook: Webhook, *, after: timedelta | None) -> None:
    asked_at = _done(erasure) + timedelta(seconds=4)
    asked = Confirmation(delivery_id=new_id(Random(f"{erasure.id}{webhook.id}")), webhook_id=webhook.id, change_id=0)
    asked.kind, asked.reference, asked.asked_at = Change.ERASURE_DONE, erasure.id, asked_at
    asked.confirmed_at = asked_at + after if after else None
    db.session.add(asked)
    db.session.flush()


def _tell(erasure: Erasure, *, at: datetime) -> None:
    with speaking("en"):
        signed = signatures.sign(document.build(erasure, now=at))
    receipt = Receipt(erasure_id=erasure.id, subject_id=erasure.subject_id, signed=signed, made_at=at, due_at=at)
    receipt.sent_at = erasure.told_at = at + timedelta(seconds=2)
    erasure.state = ErasureState.TOLD
    db.session.add(receipt)
    _log(Action.ERASURE_TOLD, erasure, receipt.sent_at)


def _log(action: Action, erasure: Erasure, at: datetime) -> None:
    audit.append(action, actor_id=None, subject_id=erasure.subject_id, details=None, now=at)


def _done(erasure: Erasure) -> datetime:
    assert erasure.executed_at
    return erasure.executed_at
