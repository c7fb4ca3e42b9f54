"""Ed25519 signatures (RFC 8032) under keys made from the key ring: the newest signs, each of them verifies.

The public keys are shown to everybody, so that what we signed can be checked without us.
"""

import base64
import hashlib
import hmac
import json
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from webapp.config import settings

ALGORITHM = "Ed25519"


class NotOurs(Exception):
    """It was changed, or was not signed by this installation."""


def sign(document: dict[str, Any]) -> dict[str, Any]:
    """The document with a signature beside it."""
    key = _private_keys()[0]
    value = key.sign(canonical(document))
    signature = {"algorithm": ALGORITHM, "key": key_id(key.public_key()), "value": _text(value)}
    return {"document": document, "signature": signature}


def verified(signed: Any) -> dict[str, Any]:
    """The document, if we signed it. Raises NotOurs."""
    try:
        document, signature = signed["document"], signed["signature"]
        key = public_keys()[signature["key"]]
        key.verify(base64.urlsafe_b64decode(signature["value"]), canonical(document))
    except (KeyError, TypeError, ValueError, InvalidSignature) as error:
        raise NotOurs from error
    if not isinstance(document, dict):
        raise NotOurs
    return document


def public_keys() -> dict[str, Ed25519PublicKey]:
    """By their id, the newest first."""
    return {key_id(key.public_key()): key.public_key() for key in _private_keys()}


def published() -> list[dict[str, str]]:
    """As a JSON Web Key Set has them (RFC 8037)."""
    keys = public_keys().items()
    return [{"kty": "OKP", "crv": ALGORITHM, "use": "sig", "kid": kid, "x": _bare(key)} for kid, key in keys]


def key_id(key: Ed25519PublicKey) -> str:
    return hashlib.sha256(key.public_bytes_raw()).hexdigest()[:16]


def canonical(document: Any) -> bytes:
    """What is signed: JSON in UTF-8 with sorted names, and without spaces."""
    return json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def _private_keys() -> list[Ed25519PrivateKey]:
    seeds = [hmac.digest(key, b"candor signatures", hashlib.sha256) for key in settings().encryption_key_bytes]
    return [Ed25519PrivateKey.from_private_bytes(seed) for seed in seeds]


def _text(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).decode()


def _bare(key: Ed25519PublicKey) -> str:
    return _text(key.public_bytes_raw()).rstrip("=")
