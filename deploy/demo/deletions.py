"""People of the demo who want everything deleted: one can still stop it, one wrote a letter."""

from datetime import datetime, timedelta

from sqlalchemy import exists, select

from deploy.demo.cast import Cast
from webapp.access import Role
from webapp.accounts.models import Account
from webapp.db import db
from webapp.privacy.closing.models import Closure
from webapp.privacy.erasure import erasures, for_others
from webapp.privacy.erasure.models import Cause
from webapp.privacy.retention.models import LegalHold
from webapp.products.models import Product
from webapp.subjects.models import Subject

CONFIRMED_AGO = timedelta(hours=21)
LETTER = "A letter with a copy of the passport; the address was read back on the phone."


def write(cast: Cast, *, now: datetime) -> None:
    leaving = _customer(but=cast)
    asked = erasures.plan_for(leaving, Cause.REQUEST, now=now - CONFIRMED_AGO)
    erasures.confirm(asked, leaving, now=now - CONFIRMED_AGO)
    officer = db.session.get_one(Subject, cast.officer.id)
    for_others.start(_reader().email, reason=LETTER, asked_at=now - timedelta(days=4), by=officer, now=now)


def _customer(*, but: Cast) -> Subject:
    ties = [exists().where(model.subject_id == Subject.id) for model in (Closure, LegalHold, Product)]
    mine = select(Subject).join(Account, Account.subject_id == Subject.id).where(Account.role == Role.CUSTOMER)
    free = mine.where(*(~tie for tie in ties), Subject.id.not_in([person.id for person in but.everybody]))
    return db.session.scalars(free.order_by(Subject.address_hash.desc()).limit(1)).one()


def _reader() -> Subject:
    """Somebody without an account."""
    known = exists().where(Account.subject_id == Subject.id)
    return db.session.scalars(select(Subject).where(~known).order_by(Subject.address_hash.desc()).limit(1)).one()
