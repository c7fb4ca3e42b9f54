"""Codes of an authenticator app (TOTP, RFC 6238): six digits, others every half minute. A code counts once."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import datetime

import pyotp
import segno
from markupsafe import Markup
from pyotp.utils import strings_equal
from sqlalchemy import delete, update
from sqlalchemy.dialects.postgresql import insert

from webapp.accounts.factors import enrolment
from webapp.accounts.factors.models import AuthenticatorApp
from webapp.accounts.models import Account
from webapp.audit import Action
from webapp.config import settings
from webapp.crypto import CannotDecrypt, open_sealed, seal
from webapp.db import db
from webapp.subjects.models import Subject
from webapp.subjects.trail import data_key

DRIFT = (0, -1, 1)  # clocks of phones differ: half a minute before and after counts, too


def of(account: Account) -> AuthenticatorApp | None:
    return db.session.get(AuthenticatorApp, account.subject_id)


def propose(subject: Subject) -> str:
    """A new key, sealed: the page that shows it sends it back with the first code, and nothing is kept before that."""
    return urlsafe_b64encode(sealed(pyotp.random_base32(), subject)).decode()


def opened(proposal: str, subject: Subject) -> str | None:
    """The key in a proposal that was made for this person."""
    try:
        return _open(urlsafe_b64decode(proposal), subject)
    except (ValueError, CannotDecrypt):
        return None


def sealed(key: str, subject: Subject) -> bytes:
    return seal(data_key(subject), key.encode(), context=_context(subject))


def address(key: str, account: Account) -> str:
    """What an app on the same device opens."""
    return pyotp.TOTP(key).provisioning_uri(name=account.subject.email, issuer_name=settings().company_name)


def picture(address: str) -> Markup:
    """What the app's camera reads: a QR code, as SVG, on white in dark mode too."""
    return Markup(segno.make(address, error="m").svg_inline(scale=5, light="#fff", svgclass="qr", omitsize=True))  # noqa: S704  # segno escapes; nothing of it is written by people


def add(account: Account, key: str, code: str, *, now: datetime) -> bool:
    """Takes the app into use, in place of the one before, once it shows the right code."""
    step = _step(key, code, now)
    if step is None:
        return False
    row = {"key": sealed(key, account.subject), "last_step": step, "added_at": now}
    upsert = insert(AuthenticatorApp).values(subject_id=account.subject_id, **row)
    db.session.execute(upsert.on_conflict_do_update(index_elements=["subject_id"], set_=row))
    enrolment.tell(Action.AUTHENTICATOR_ADDED, account, now=now)
    return True


def accepts(account: Account, code: str, *, now: datetime) -> bool:
    """Whether the app shows this code now. Of two who send the same code, one gets through, once."""
    app = of(account)
    step = _step(_open(app.key, account.subject), code, now) if app else None
    if step is None:
        return False
    use = (
        update(AuthenticatorApp)
        .where(AuthenticatorApp.subject_id == account.subject_id, AuthenticatorApp.last_step < step)
        .values(last_step=step)
        .returning(AuthenticatorApp.subject_id)
    )
    return db.session.scalar(use) is not None


def remove(account: Account, *, now: datetime) -> None:
    gone = delete(AuthenticatorApp).where(AuthenticatorApp.subject_id == account.subject_id)
    if db.session.scalar(gone.returning(AuthenticatorApp.subject_id)):
        enrolment.removed(Action.AUTHENTICATOR_REMOVED, account, now=now)


def _step(key: str, code: str, now: datetime) -> int | None:
    """The half minute that this code belongs to, if it is near."""
    totp, digits = pyotp.TOTP(key), "".join(code.split())
    current = totp.timecode(now)
    matching = [current + drift for drift in DRIFT if strings_equal(digits, totp.generate_otp(current + drift))]
    return matching[0] if matching else None


def _open(sealed_key: bytes, subject: Subject) -> str:
    return open_sealed(data_key(subject), sealed_key, context=_context(subject)).decode()


def _context(subject: Subject) -> bytes:
    return b"authenticator" + subject.id.bytes
