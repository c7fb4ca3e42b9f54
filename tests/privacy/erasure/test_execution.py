"""Carrying an erasure out: all that nothing needs is gone, whatever happens meanwhile, and it is never done twice."""

from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select, text

from tests.people import person
from tests.privacy.erasure.having import (
    a_life,
    carry_out,
    copy_of_data,
    erase,
    hold,
    invoice,
    left_of,
    product,
    subject_of,
)
from tests.signed_in import signed_in
from webapp import audit, queue, storage
from webapp.accounts.models import Account, DeviceSession, Profile
from webapp.changes import Change, ChangeEntry
from webapp.clock import utc_now
from webapp.config import Settings
from webapp.consents.models import Suppression, SuppressionReason
from webapp.crypto import CannotDecrypt
from webapp.db import db
from webapp.mail import messages
from webapp.mail.models import Message
from webapp.privacy.erasure import erasures, recipients, strategies
from webapp.privacy.erasure.models import Cause, Erasure, ErasureState, Reason, Treatment
from webapp.privacy.models import DataExport, ExportState
from webapp.privacy.retention import holds
from webapp.products.models import InvoiceState, Product, ProductState
from webapp.queue import Job, OutboxEntry
from webapp.storage import Store
from webapp.subjects import subjects, trail
from webapp.subjects.models import SubjectKey

# What stays of somebody who bought nothing: proof of what was done, and what keeps marketing away.
PROOF = {"subjects", "audit_entries", "consents", "changes", "erasures", "erasure_steps"}


def test_only_what_the_plan_keeps_is_left(app: Flask) -> None:
    anna = a_life()
    erasure = erase(anna)
    assert set(left_of(anna)) == PROOF
    assert (erasure.state, erasure.finished_at is not None) == (ErasureState.EXECUTED, True)
    assert all(step.done_at for step in erasure.steps)


def test_the_person_behind_the_rows_that_stay_is_nobody(app: Flask) -> None:
    anna = a_life()
    erase(anna)
    subject = subject_of(anna)
    assert (subject.email, subject.language, subject.erased_at is not None) == ("", "", True)
    assert subjects.find(anna.email) is None
    assert db.session.get(SubjectKey, anna.id) is None
    entry = db.session.scalars(select(audit.AuditEntry).where(audit.AuditEntry.details.is_not(None))).first()
    with pytest.raises((CannotDecrypt, AttributeError)):
        trail.details_of(entry, subject)  # type: ignore[arg-type]  # there is one


def test_the_log_still_holds(app: Flask) -> None:
    anna = a_life()
    audit.seal_pending()
    erase(anna)
    audit.seal_pending()
    assert audit.verify().broken_at is None


def test_what_was_done_is_counted_and_never_more_than_that(app: Flask) -> None:
    erasure = erase(a_life())
    done = {(step.table_name, step.treatment): (step.rows_planned, step.rows_done) for step in erasure.steps}
    assert done["profiles", Treatment.DELETE] == (1, 1)
    assert done["subjects", Treatment.BLANK] == (1, 1)
    assert done["audit_entries", Treatment.SHRED][1] >= 2
    assert all(rows_done == 0 for (_table, treatment), (_, rows_done) in done.items() if treatment is Treatment.KEEP)


def test_files_go_too(app: Flask) -> None:
    anna = a_life()
    export_id = copy_of_data(anna)
    erase(anna)
    with pytest.raises(FileNotFoundError):
        storage.look_at(Store.EXPORTS, export_id)
    assert db.session.get_one(DataExport, export_id).state is ExportState.DELETED


def test_no_email_and_no_work_is_left(app: Flask) -> None:
    anna = a_life()
    queue.later(Job.ERASE_INTERACTIONS, due_at=utc_now() + timedelta(days=1), subject_id=str(anna.id), kind="usage")
    erase(anna)
    assert db.session.scalars(select(Message)).all() == []
    named = [entry for entry in db.session.scalars(select(OutboxEntry)) if str(anna.id) in entry.args.values()]
    assert named == []


def test_everybody_is_signed_out_before_anything_else(app: Flask) -> None:
    anna = a_life()
    signed_in(app.test_client(), anna)
    now = utc_now()
    erasure = erasures.begin(subject_of(anna), Cause.CLOSURE, now=now)
    db.session.commit()
    next(erasures.work_on(erasure.id, now=now))
    assert db.session.scalars(select(DeviceSession.ended_at)).all() != [None]


def test_the_receipt_can_still_be_sent_until_its_address_is_forgotten(app: Flask) -> None:
    erasure = erase(a_life())
    assert recipients.of(erasure) == recipients.Recipient("anna@example.org", "en", "Anna")
    recipients.forget(erasure)
    assert recipients.of(erasure) is None


def test_other_systems_hear_of_it_before_and_after(app: Flask) -> None:
    anna = a_life()
    erasure = erase(anna)
    told = db.session.scalars(select(ChangeEntry).where(ChangeEntry.reference == erasure.id).order_by(ChangeEntry.id))
    assert [change.kind for change in told] == [Change.ERASURE_DUE, Change.ERASURE_DONE]


def test_nothing_of_anybody_else_is_touched(app: Flask) -> None:
    anna, bruno = a_life(), person("bruno@example.org")
    product(bruno)
    before = left_of(bruno)
    erase(anna)
    assert left_of(bruno) == before


@pytest.mark.parametrize("batch", [5, pytest.param(1, marks=pytest.mark.deep)])
def test_killed_at_every_step_it_goes_on(app: Flask, monkeypatch: pytest.MonkeyPatch, batch: int) -> None:
    monkeypatch.setattr(strategies, "BATCH", batch)
    anna, now = a_life(), utc_now()
    copy_of_data(anna)
    erasure = erasures.begin(subject_of(anna), Cause.CLOSURE, now=now)
    db.session.commit()
    steps = 0
    while _is_killed_after(steps, erasure, now=now):
        steps += 1
    assert steps >= 3
    assert set(left_of(anna)) == PROOF | {"data_exports"}
    once = {step.table_name: step.rows_done for step in erasure.steps if step.treatment is Treatment.DELETE}
    assert once["profiles"] == once["accounts"] == once["customer_records"] == 1


def test_done_twice_it_changes_nothing(app: Flask) -> None:
    anna, now = a_life(), utc_now()
    erasure = erase(anna, now=now)
    before = _everything()
    carry_out(erasure, now=now + timedelta(hours=1))
    assert _everything() == before


def test_two_at_once_are_one(app: Flask) -> None:
    anna, now = a_life(), utc_now()
    first = erasures.begin(subject_of(anna), Cause.CLOSURE, now=now)
    assert erasures.begin(subject_of(anna), Cause.INACTIVE, now=now).id == first.id
    carry_out(first, now=now)
    assert len(db.session.scalars(select(Erasure)).all()) == 1


def test_what_comes_in_meanwhile_goes_too(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """A request that had begun before writes a row, and somebody signs in, while rows are being deleted."""
    monkeypatch.setattr(strategies, "BATCH", 3)
    anna, now = a_life(), utc_now()
    erasure = erasures.begin(subject_of(anna), Cause.CLOSURE, now=now)
    db.session.commit()
    work = erasures.work_on(erasure.id, now=now)
    for _ in range(3):
        next(work)
        db.session.commit()
    messages.send("accounts/password_changed", subject_of(anna), now=now)
    db.session.commit()
    for _ in work:
        db.session.commit()
    db.session.commit()
    assert set(left_of(anna)) == PROOF


def test_what_a_straggler_writes_afterwards_goes_within_the_hour(app: Flask) -> None:
    anna, now = a_life(), utc_now()
    erasure = erase(anna, now=now)
    db.session.add(Message(subject_id=anna.id, email="accounts/password_changed", ids={}, due_at=now))
    db.session.commit()
    [again] = [entry for entry in queue.waiting_for(Job.ERASE) if entry.due_at > utc_now()]
    assert again.due_at == now + timedelta(hours=1)
    carry_out(erasure, now=again.due_at)
    assert set(left_of(anna)) == PROOF


def test_what_a_product_needs_stays_until_it_ends_and_the_rest_goes(app: Flask) -> None:
    anna, now = a_life(), utc_now()
    hosting = product(anna)
    product(anna, "An old domain", state=ProductState.ENDED)
    erasure = erase(anna, now=now)
    assert erasure.waits
    assert db.session.get(Profile, anna.id)
    assert db.session.get(Account, anna.id)
    assert db.session.scalars(select(Product.name)).all() == ["Web hosting"]
    assert not {"messages", "subscriptions"} & set(left_of(anna))
    assert trail.data_key(subject_of(anna))

    hosting.state = ProductState.ENDED
    db.session.commit()
    carry_out(erasure, now=now + timedelta(days=1))
    assert set(left_of(anna)) == PROOF
    assert erasure.finished_at == now + timedelta(days=1)
    assert all(step.needed_by == "" for step in erasure.steps)


def test_a_hold_keeps_everything_until_it_is_released(app: Flask) -> None:
    anna, now = a_life(), utc_now()
    claim = hold(anna)
    before = left_of(anna)
    erasure = erase(anna, now=now)
    assert before.keys() <= left_of(anna).keys()
    assert {step.reason for step in erasure.steps if step.done_at is None} == {Reason.HOLD}
    holds.release(claim, reason="settled", by=subject_of(anna), now=now)
    db.session.commit()
    carry_out(erasure, now=now + timedelta(days=1))
    assert set(left_of(anna)) == PROOF | {"legal_holds"}


def test_a_hold_that_is_set_in_the_middle_keeps_what_is_left(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(strategies, "BATCH", 1)
    anna, now = a_life(), utc_now()
    erasure = erasures.begin(subject_of(anna), Cause.CLOSURE, now=now)
    db.session.commit()
    for _, _steps in zip(erasures.work_on(erasure.id, now=now), range(3), strict=False):
        db.session.commit()
    hold(anna)
    kept = left_of(anna)
    carry_out(erasure, now=now)
    assert kept.keys() - {"outbox"} <= left_of(anna).keys()
    assert erasure.waits


def test_invoices_stay_as_the_law_of_their_country_says_and_drafts_go(app: Flask) -> None:
    anna = a_life()
    invoice(anna, date(2026, 5, 4), country="CH")
    invoice(anna, date(2026, 5, 4), country="DE")
    invoice(anna, date(2026, 5, 4), state=InvoiceState.DRAFT)
    erasure = erase(anna)
    assert left_of(anna)["invoices"] == 2
    kept = {
        (step.kept_until, step.reference.split()[0])
        for step in erasure.steps
        if step.table_name == "invoices" and step.treatment is Treatment.KEEP
    }
    assert kept == {(date(2037, 1, 1), "CO"), (date(2035, 1, 1), "HGB")}


def test_an_invoice_whose_time_is_over_goes_at_once(app: Flask) -> None:
    anna = a_life()
    invoice(anna, date(2014, 5, 4))
    erase(anna)
    assert "invoices" not in left_of(anna)


def test_the_address_stays_quiet_and_comes_back_as_a_stranger(app: Flask) -> None:
    anna = a_life()
    erase(anna)
    quiet = db.session.scalars(select(Suppression).where(Suppression.reason == SuppressionReason.ERASED)).one()
    again = subjects.find_or_create(anna.email, language="en")
    assert again.id != anna.id
    assert quiet.address_hash == again.address_hash


def test_a_stronger_reason_to_send_nothing_stays(app: Flask) -> None:
    anna = a_life()
    subject = subject_of(anna)
    now = utc_now()
    db.session.add(Suppression(address_hash=subject.address_hash, reason=SuppressionReason.COMPLAINT, at=now))
    db.session.commit()
    erase(anna)
    assert SuppressionReason.COMPLAINT in db.session.scalars(select(Suppression.reason)).all()


def test_a_dump_holds_nothing_that_was_theirs(app: Flask, settings: Settings, tmp_path: Path) -> None:
    anna = person("canary.bird@example.org", given_name="Kanariengelb", family_name="Zwitschermann")
    subject, now = subject_of(anna), utc_now()
    trail.record(audit.Action.SIGNED_IN, subject, now=now, network="203.0.113.77")
    messages.send("accounts/password_changed", subject, now=now)
    copy_of_data(anna)
    erase(anna)
    rows = _everything()
    for canary in ("canary.bird", "Kanariengelb", "Zwitschermann", "203.0.113.77", subject.id.hex + "x"):
        assert canary not in rows


def _is_killed_after(steps: int, erasure: Erasure, *, now: datetime) -> bool:
    """So many steps are committed; the next one is done, but not committed. False when it was the last."""
    work = erasures.work_on(erasure.id, now=now)
    for _, _step in zip(range(steps), work, strict=False):
        db.session.commit()
    killed = next(work, "done") != "done"
    if killed:
        db.session.rollback()
    db.session.commit()
    db.session.expire_all()
    return killed


def _everything() -> str:
    """All rows of all tables, as text."""
    names = db.session.scalars(
        text("SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace ORDER BY 1")
    ).all()
    dumped = [db.session.execute(text(f'SELECT t::text FROM "{name}" AS t ORDER BY 1')).all() for name in names]
    return "\n".join(f"{name}: {rows}" for name, rows in zip(names, dumped, strict=True) if name != "outbox")
