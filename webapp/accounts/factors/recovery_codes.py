"""Ten codes on paper, for the day when the phone is lost. Each stands in for a second factor once.

They are short enough to be typed, so they are hashed like passwords (OWASP ASVS 5.0, 6.5.2). The first character
differs within the ten and says which hash to compare with: one comparison per try, not ten.
"""

import secrets
from datetime import datetime

from sqlalchemy import delete, func, select, update

from webapp.accounts import passwords
from webapp.accounts.factors import enrolment
from webapp.accounts.factors.models import RecoveryCode
from webapp.accounts.models import Account
from webapp.audit import Action
from webapp.db import db

ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"  # no 0 and O, no 1, I and L, no U that a V could be
COUNT = 10
LENGTH = 12
GROUP = 4


def make(account: Account, *, now: datetime) -> list[str]:
    """Ten new codes in the place of the old ones. They cannot be shown again."""
    codes = [mark + _random(LENGTH - 1) for mark in sorted(secrets.SystemRandom().sample(ALPHABET, COUNT))]
    db.session.execute(delete(RecoveryCode).where(RecoveryCode.subject_id == account.subject_id))
    for code in codes:
        code_hash = passwords.hashed(code)
        db.session.add(RecoveryCode(subject_id=account.subject_id, mark=code[0], code_hash=code_hash, made_at=now))
    enrolment.tell(Action.RECOVERY_CODES_MADE, account, now=now)
    return [_grouped(code) for code in codes]


def left(account: Account) -> int:
    unused = select(func.count()).where(RecoveryCode.subject_id == account.subject_id, RecoveryCode.used_at.is_(None))
    return db.session.scalar(unused) or 0


def accepts(account: Account, code: str, *, now: datetime) -> bool:
    """Uses a code up. One is verified in any case, so that the time says nothing about which there are."""
    plain = "".join(sign for sign in code.upper() if sign in ALPHABET)
    candidate = db.session.scalars(
        select(RecoveryCode).where(RecoveryCode.subject_id == account.subject_id, RecoveryCode.mark == plain[:1])
    ).first()
    if not passwords.verify(candidate.code_hash if candidate else None, plain) or candidate is None:
        return False
    use = (
        update(RecoveryCode)
        .where(RecoveryCode.id == candidate.id, RecoveryCode.used_at.is_(None))
        .values(used_at=now)
        .returning(RecoveryCode.id)
    )
    if db.session.scalar(use) is None:
        return False
    enrolment.tell(Action.RECOVERY_CODE_USED, account, now=now)
    return True


def _random(length: int) -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(length))


def _grouped(code: str) -> str:
    return "-".join(code[start : start + GROUP] for start in range(0, LENGTH, GROUP))
