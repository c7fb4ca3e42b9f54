"""Finding and creating data subjects."""

import secrets
from collections.abc import Collection, Iterable, Mapping
from functools import cache
from uuid import UUID, uuid4

from sqlalchemy import ColumnElement, Table, TextClause, delete, exists, select
from sqlalchemy.dialects.postgresql import insert

from webapp import bulk
from webapp.crypto import key_ring, new_key
from webapp.db import Base, db
from webapp.subjects.addresses import address_hash, normalize
from webapp.subjects.models import Subject, SubjectKey


def find(address: str) -> Subject | None:
    """The subject who has this address. Raises InvalidAddress."""
    return db.session.scalars(select(Subject).where(Subject.address_hash == address_hash(address))).first()


def find_or_create(address: str, *, language: str) -> Subject:
    """The subject with this address, made with its own key when new. Two at once give one. Raises InvalidAddress."""
    values = {"email": normalize(address), "address_hash": address_hash(address), "language": language}
    new = db.session.scalar(insert(Subject).values(values).on_conflict_do_nothing().returning(Subject.id))
    if new is not None:
        wrapped = key_ring().wrap(new_key(), context=new.bytes)
        db.session.add(SubjectKey(subject_id=new, wrapped=wrapped))
        db.session.flush()
    return db.session.scalars(select(Subject).where(Subject.address_hash == values["address_hash"])).one()


def find_or_create_all(people: Mapping[bytes, tuple[str, str]]) -> dict[bytes, UUID]:
    """As `find_or_create`, for many at once: by the hash of their address, each with the address and a language."""
    known = _ids(people)
    new = [hashed for hashed in people if hashed not in known]
    if not new:
        return known
    ids = {hashed: uuid4() for hashed in new}
    sent = (
        {
            "id": ids[hashed],
            "email": people[hashed][0],
            "address_hash": bulk.binary(hashed),
            "language": people[hashed][1],
        }
        for hashed in new
    )
    stored = db.session.scalars(_adding(), bulk.rows(sent)).all()
    made = {hashed: ids[hashed] for hashed in map(bytes, stored)}
    ring = key_ring()
    keys = (
        {"subject_id": one, "wrapped": bulk.binary(ring.wrap(new_key(), context=one.bytes))} for one in made.values()
    )
    db.session.execute(_adding_keys(), bulk.rows(keys))
    return known | made | _ids(hashed for hashed in new if hashed not in made)


def change_address(subject: Subject, address: str) -> None:
    """Raises InvalidAddress. Whether the address is free is for the UNIQUE hash to say, at flush."""
    subject.email, subject.address_hash = normalize(address), address_hash(address)


def detach_address(subject: Subject) -> None:
    """The address leads to somebody else. Nobody is reached or found by what stands in its place."""
    subject.email, subject.address_hash = "", secrets.token_bytes(32)


def forget_strangers(subject_ids: Collection[UUID]) -> None:
    """Deletes those of these about whom nothing is held but an address that somebody entered once.

    Whatever refers to a subject keeps them, in tables of today and tomorrow; only their own key and the emails that
    asked them to confirm the address do not.
    """
    if not subject_ids:
        return
    found = Subject.id.in_(subject_ids)
    db.session.execute(select(Subject.id).where(found).with_for_update())  # so that nobody begins to refer to them now
    db.session.execute(delete(Subject).where(found, *_is_stranger()))


@cache
def _adding() -> TextClause:
    assert isinstance(Subject.__table__, Table)
    return bulk.insert(Subject.__table__, "address_hash", ("id", "email", "address_hash", "language"))


@cache
def _adding_keys() -> TextClause:
    assert isinstance(SubjectKey.__table__, Table)
    return bulk.insert(SubjectKey.__table__, "subject_id", ("subject_id", "wrapped"))


def _ids(hashes: Iterable[bytes]) -> dict[bytes, UUID]:
    wanted = list(hashes)
    if not wanted:
        return {}
    known = select(Subject.address_hash, Subject.id).where(bulk.among(Subject.address_hash, wanted))
    return dict(db.session.execute(known).all())


def _is_stranger() -> list[ColumnElement[bool]]:
    own = {SubjectKey.__tablename__, "messages"}
    referring = [
        key.parent
        for table in Base.metadata.tables.values()
        for key in table.foreign_keys
        if key.column is Subject.__table__.c.id and table.name not in own
    ]
    return [~exists().where(column == Subject.id) for column in referring]
