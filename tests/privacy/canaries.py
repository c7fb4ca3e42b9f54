"""One row of a person in every table that the data map knows, with a value of its own in each text."""

import json
import secrets
from base64 import b64encode, urlsafe_b64encode
from dataclasses import dataclass, field
from datetime import date
from enum import Enum
from typing import Any, get_args, get_origin, get_type_hints
from uuid import UUID, uuid4

from sqlalchemy import Boolean, Column, ColumnElement, Date, DateTime, Integer, LargeBinary, String, Uuid, inspect
from sqlalchemy import Enum as EnumType
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import ColumnProperty

from tests.people import Person
from webapp import partitions
from webapp.campaigns.models import Campaign, Delivery
from webapp.changes import ChangeEntry
from webapp.clock import utc_now
from webapp.consents.models import Topic
from webapp.crypto import seal
from webapp.db import Base, db
from webapp.integrations.webhooks.models import Attempt, State, Webhook
from webapp.integrations.webhooks.models import Delivery as Sent
from webapp.interactions.models import PARTED
from webapp.privacy.data_map import TABLES
from webapp.privacy.data_map.vocabulary import NotPersonal, Personal, SubjectTable
from webapp.privacy.erasure.models import Cause, Erasure, ErasureCode, ErasureState, ErasureStep
from webapp.privacy.models import CopyCode, CopyDownload, CopyShare, DataExport, ExportState
from webapp.privacy.policy.models import PolicyShowing, PolicyVersion
from webapp.privacy.receipts.models import Receipt
from webapp.subjects import trail
from webapp.subjects.models import Subject, SubjectKey

# Without them nothing else works; who is erased already cannot be erased.
KEPT = {Subject.language, Subject.address_hash, Subject.erased_at, SubjectKey.wrapped}


@dataclass
class Canaries:
    """What was written: texts that belong into the person's copy, and what must never be in any."""

    shown: set[str] = field(default_factory=set)
    withheld: set[str] = field(default_factory=set)


def fill(who: Person) -> Canaries:
    """Commits. Needs an app context."""
    canaries = Canaries()
    subject = db.session.get_one(Subject, who.id)
    partitions.ensure(Delivery, date(2026, 1, 1))
    for model in PARTED:
        partitions.ensure(model, partitions.month_of(utc_now()))
    for table in TABLES:
        if isinstance(table, SubjectTable):
            row = _row_of(table, who)
            for attribute, what in table.attributes.items():
                column = inspect(table.model).attrs[attribute.key]
                assert isinstance(column, ColumnProperty)
                if attribute is table.reach:
                    setattr(row, attribute.key, getattr(subject, table.of.key))
                elif (
                    attribute not in KEPT
                    and not _leads_elsewhere(column, what)
                    and (_names(what) or not _makes_itself(column.columns[0]))
                ):
                    setattr(row, attribute.key, _value(column, what, subject, canaries))
            _fit(row, subject)
            db.session.add(row)
    db.session.commit()
    return canaries


def _row_of(table: SubjectTable, who: Person) -> Base:
    """A new one, or the one that they have as a person."""
    keys = [column.key for column in inspect(table.model).primary_key]
    one_each = keys == [table.reach.key] and table.of is Subject.id
    return (db.session.get(table.model, who.id) if one_each else None) or table.model()


def _value(column: ColumnProperty[Any], what: Personal | NotPersonal, subject: Subject, canaries: Canaries) -> Any:
    canary = f"{column.parent.local_table}-{column.key}-{secrets.token_hex(8)}"
    kind = column.columns[0].type
    if isinstance(what, Personal) and (what.sealed or isinstance(kind, JSONB)):
        parts = _parts(canary, what)
        (canaries.shown if what.withheld is None else canaries.withheld).update(parts.values())
        sealed = seal(trail.data_key(subject), json.dumps(parts).encode(), context=subject.id.bytes)
        return sealed if what.sealed else [parts] if _is_list(column) else parts
    if isinstance(what, Personal) and what.names and what.names.class_ is CopyShare:
        return _share(canary, subject, canaries)
    if isinstance(what, Personal) and what.names and what.names.class_ is Webhook:
        return _webhook(canary, canaries)
    if isinstance(what, Personal) and what.names and what.names.class_ is ChangeEntry:
        return _change(canary, subject, canaries)
    if isinstance(what, Personal) and what.names:
        return _named(what.names.class_, canary, canaries)
    if isinstance(kind, String) and not isinstance(kind, EnumType):
        if isinstance(what, Personal):
            (canaries.shown if what.withheld is None else canaries.withheld).add(canary)
        return canary
    value = _other_value(kind)
    if isinstance(what, Personal) and what.withheld is not None and isinstance(value, bytes):
        canaries.withheld |= {value.hex(), b64encode(value).decode(), urlsafe_b64encode(value).decode()}
    return value


def _is_list(column: ColumnProperty[Any]) -> bool:
    [held] = get_args(get_type_hints(column.parent.class_)[column.key])
    return get_origin(held) is list


def _parts(canary: str, what: Personal) -> dict[str, str]:
    """Every part that JSON may have."""
    return {name: f"{canary}-{number}." for number, name in enumerate(what.parts or ["field"])}


def _makes_itself(column: ColumnElement[Any]) -> bool:
    return isinstance(column, Column) and column.primary_key and not isinstance(column.type, LargeBinary | String)


def _leads_elsewhere(column: ColumnProperty[Any], what: Personal | NotPersonal) -> bool:
    """To a row of another table that need not be."""
    [held] = column.columns
    return isinstance(held, Column) and bool(held.foreign_keys) and bool(held.nullable) and not _names(what)


def _names(what: Personal | NotPersonal) -> bool:
    return isinstance(what, Personal) and what.names is not None


def _other_value(kind: Any) -> Any:
    if isinstance(kind, EnumType):
        members: list[Enum] = list(kind.enum_class)  # type: ignore[arg-type]  # each of ours has a class
        return members[-1]
    values = {
        Boolean: True,
        Integer: secrets.randbelow(10**6),
        Uuid: uuid4(),
        LargeBinary: secrets.token_bytes(32),
        JSONB: {"a": "b"},
        ARRAY: [],
    }
    values |= {DateTime: utc_now(), Date: date(2026, 1, 1)}
    return next(value for of, value in values.items() if isinstance(kind, of))


def _named(model: type[Base], canary: str, canaries: Canaries) -> UUID:
    """A row of another table, which its title stands for."""
    now, topic_id, campaign_id = utc_now(), uuid4(), uuid4()
    title = canary if model is Topic else "News"
    db.session.add(Topic(id=topic_id, slug=canary, titles={"en": title}, descriptions={}, position=1))
    db.session.flush()
    canaries.shown.add(canary)
    if model is Topic:
        return topic_id
    db.session.add(Campaign(id=campaign_id, topic_id=topic_id, subject=canary, body="", changed_at=now))
    return campaign_id


def _share(canary: str, subject: Subject, canaries: Canaries) -> UUID:
    canaries.shown.add(canary)
    at, share_id, copy_id = utc_now(), uuid4(), _copy(subject)
    db.session.add(
        CopyShare(
            id=share_id,
            export_id=copy_id,
            subject_id=subject.id,
            name=canary,
            created_at=at,
            expires_at=at,
            most_uses=1,
        )
    )
    db.session.flush()
    return share_id


def _webhook(canary: str, canaries: Canaries) -> UUID:
    canaries.shown.add(canary)
    webhook = Webhook(id=uuid4(), name=canary, url="", kinds="", confirms=False, secret=b"", created_at=utc_now())
    db.session.add(webhook)
    db.session.flush()
    return webhook.id


def _change(canary: str, subject: Subject, canaries: Canaries) -> int:
    canaries.shown.add(canary)
    change = ChangeEntry(kind=canary, subject_id=subject.id, facts={}, at=utc_now())
    db.session.add(change)
    db.session.flush()
    return change.id


def _delivery(subject: Subject) -> UUID:
    told, now = Canaries(), utc_now()
    webhook_id, change_id = _webhook("Shop", told), _change("customer.changed", subject, told)
    row = {"webhook_id": webhook_id, "change_id": change_id, "subject_id": subject.id}
    sent = Sent(id=uuid4(), **row, state=State.DELIVERED, written_at=now, next_at=now)
    db.session.add(sent)
    db.session.flush()
    return sent.id


def _copy(subject: Subject) -> UUID:
    copy_id = uuid4()
    db.session.add(DataExport(id=copy_id, subject_id=subject.id, state=ExportState.DELETED, requested_at=utc_now()))
    db.session.flush()
    return copy_id


def _fit(row: Base, subject: Subject) -> None:
    """What a row needs to be possible at all."""
    if isinstance(row, (CopyCode, CopyShare, CopyDownload)):
        row.export_id = _copy(subject)
    if isinstance(row, Attempt):
        row.delivery_id = _delivery(subject)
    if isinstance(row, (ErasureCode, ErasureStep, Receipt)):
        row.erasure_id = _erasure(subject)
    if isinstance(row, Campaign):
        row.topic_id = _named(Topic, f"topic-{uuid4()}", Canaries())
    if isinstance(row, PolicyShowing):
        row.version = _a_version()
    if isinstance(row, PARTED):
        row.observed_at, row.id = utc_now(), uuid4()
    if isinstance(row, Delivery):
        row.snapshot_month = date(2026, 1, 1)


def _erasure(subject: Subject) -> UUID:
    """One that nobody confirmed."""
    key, at = uuid4(), utc_now()
    wish = {"subject_id": subject.id, "cause": Cause.REQUEST, "state": ErasureState.LAPSED, "finished_at": at}
    db.session.add(Erasure(id=key, asked_at=at, plan_hash="", manifest_hash="", **wish))
    db.session.flush()
    return key


def _a_version() -> int:
    """Of the policy. There may be one draft only, and everybody's rows name the same one."""
    now, nobody = utc_now(), uuid4()
    if db.session.get(PolicyVersion, 1) is None:
        draft = PolicyVersion(number=1, texts={}, changes={}, editors=[nobody], edited_by=nobody, edited_at=now)
        db.session.add(draft)
        db.session.flush()
    return 1
