"""Finding and creating data subjects."""

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from webapp.crypto import key_ring, new_key
from webapp.db import db
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


def change_address(subject: Subject, address: str) -> None:
    """Raises InvalidAddress. Whether the address is free is for the UNIQUE hash to say, at flush."""
    subject.email, subject.address_hash = normalize(address), address_hash(address)
