"""Passkeys (WebAuthn). Each was unlocked by its owner (fingerprint, face, PIN), so it is two factors by itself.

A challenge is a signed, short-lived token in the browser's own cookie, and is burnt when it is answered.
"""

import hashlib
import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import webauthn
from flask import session
from sqlalchemy import delete, select
from webauthn.helpers import parse_authentication_credential_json, parse_registration_credential_json
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    AuthenticatorTransport,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from webapp import links
from webapp.accounts.factors import enrolment
from webapp.accounts.factors.models import Passkey
from webapp.accounts.models import Account
from webapp.audit import Action
from webapp.config import settings
from webapp.db import db
from webapp.links import LinkProblem, Purpose

CHALLENGE = "passkey"
MOST = 20
# What the library raises, and what the parsers below it raise about an answer that no browser would give.
WRONG = (WebAuthnException, LinkProblem, ValueError, KeyError, TypeError, RecursionError)

Options = dict[str, Any]


class PasskeyRefused(Exception):
    """The answer of a browser does not show that its passkey is the right one."""


def of(account: Account) -> Sequence[Passkey]:
    mine = select(Passkey).where(Passkey.subject_id == account.subject_id)
    return db.session.scalars(mine.order_by(Passkey.added_at)).all()


def options_to_add(account: Account, *, now: datetime) -> Options:
    """What a browser needs to make a passkey."""
    options = webauthn.generate_registration_options(
        rp_id=_site(),
        rp_name=settings().company_name,
        user_id=account.subject_id.bytes,
        user_name=account.subject.email,
        user_display_name=account.profile.full_name or account.subject.email,
        challenge=_new_challenge(now),
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED, user_verification=UserVerificationRequirement.REQUIRED
        ),
        exclude_credentials=_descriptors(of(account)),
    )
    return _as_json(options)


def add(account: Account, answer: str, *, name: str, now: datetime) -> None:
    """Raises PasskeyRefused."""
    try:
        credential = parse_registration_credential_json(answer)
        made = webauthn.verify_registration_response(
            credential=credential, expected_challenge=_burnt_challenge(now), require_user_verification=True, **_here()
        )
    except WRONG as error:
        raise PasskeyRefused from error
    if len(of(account)) >= MOST or _find(made.credential_id):
        raise PasskeyRefused
    passkey = Passkey(
        account=account,
        credential_id=made.credential_id,
        public_key=made.credential_public_key,
        sign_count=made.sign_count,
        transports=[transport.value for transport in credential.response.transports or []],
        name=name,
        added_at=now,
    )
    db.session.add(passkey)
    enrolment.tell(Action.PASSKEY_ADDED, account, now=now, name=name)


def options_to_use(account: Account | None, *, now: datetime) -> Options:
    """What a browser needs to find a passkey: one of this account, or any that it has for this site."""
    options = webauthn.generate_authentication_options(
        rp_id=_site(),
        challenge=_new_challenge(now),
        allow_credentials=_descriptors(of(account)) if account else [],
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    return _as_json(options)


def use(answer: str, *, now: datetime) -> Account:
    """Whose passkey answered. Raises PasskeyRefused."""
    try:
        credential = parse_authentication_credential_json(answer)
        passkey = _find(credential.raw_id)
        if passkey is None:
            raise PasskeyRefused
        used = webauthn.verify_authentication_response(
            credential=credential,
            expected_challenge=_burnt_challenge(now),
            credential_public_key=passkey.public_key,
            credential_current_sign_count=passkey.sign_count,
            require_user_verification=True,
            **_here(),
        )
    except WRONG as error:
        raise PasskeyRefused from error
    passkey.sign_count, passkey.used_at = used.new_sign_count, now
    return passkey.account


def remove(account: Account, passkey_id: UUID, *, now: datetime) -> None:
    """One that is not theirs, or not there any more, is left alone."""
    mine = delete(Passkey).where(Passkey.id == passkey_id, Passkey.subject_id == account.subject_id)
    name = db.session.scalar(mine.returning(Passkey.name))
    if name is not None:
        enrolment.removed(Action.PASSKEY_REMOVED, account, now=now, name=name)


def _find(credential_id: bytes) -> Passkey | None:
    return db.session.scalars(select(Passkey).where(Passkey.credential_id == credential_id)).first()


def _new_challenge(now: datetime) -> bytes:
    session[CHALLENGE] = links.sign(Purpose.PASSKEY, now=now)
    return _bytes_of(session[CHALLENGE])


def _burnt_challenge(now: datetime) -> bytes:
    """Raises LinkProblem when this browser was not asked lately, or answered already."""
    token = session.pop(CHALLENGE, "")
    links.use_once(links.read(Purpose.PASSKEY, token, now=now), now=now)
    return _bytes_of(token)


def _bytes_of(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()


def _descriptors(passkeys: Sequence[Passkey]) -> list[PublicKeyCredentialDescriptor]:
    return [
        PublicKeyCredentialDescriptor(
            passkey.credential_id, transports=[AuthenticatorTransport(t) for t in passkey.transports]
        )
        for passkey in passkeys
    ]


def _site() -> str:
    return str(urlsplit(settings().public_url).hostname)


def _here() -> dict[str, Any]:
    return {"expected_rp_id": _site(), "expected_origin": settings().public_url}


def _as_json(options: Any) -> Options:
    plain: Options = json.loads(webauthn.options_to_json(options))
    return plain
