"""Where the receipt goes: the address, the language and the first name, sealed while nothing else knows them."""

import json
from dataclasses import asdict, dataclass

from webapp.accounts import profiles
from webapp.crypto import key_ring
from webapp.privacy.erasure.models import Erasure
from webapp.subjects.models import Subject


@dataclass(frozen=True)
class Recipient:
    address: str
    language: str
    name: str = ""


def keep(erasure: Erasure, subject: Subject) -> None:
    """Once: later there is nothing left to be kept."""
    if erasure.recipient is None and subject.email:
        recipient = Recipient(subject.email, subject.language, profiles.first_name(subject.id))
        plain = json.dumps(asdict(recipient)).encode()
        erasure.recipient = key_ring().wrap(plain, context=_context(erasure))


def of(erasure: Erasure) -> Recipient | None:
    """None when the receipt has gone out, and the address was forgotten."""
    if erasure.recipient is None:
        return None
    return Recipient(**json.loads(key_ring().unwrap(erasure.recipient, context=_context(erasure))))


def forget(erasure: Erasure) -> None:
    erasure.recipient = None


def _context(erasure: Erasure) -> bytes:
    return b"recipient " + erasure.id.bytes
