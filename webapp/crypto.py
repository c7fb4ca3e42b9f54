"""Envelope encryption: the key ring wraps a key per data subject, and that key encrypts what only it may open.

A ciphertext names the ring key that wrapped it, so keys rotate: the newest wraps, all of them unwrap.
"""

import hashlib
import hmac
import os
from dataclasses import dataclass
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from webapp.config import settings

NONCE_BYTES = 12  # NIST SP 800-38D, 8.2: 96-bit nonces
KEY_ID_BYTES = 4


class CannotDecrypt(Exception):
    """The key is gone, or the ciphertext was changed."""


@dataclass(frozen=True)
class KeyRing:
    """AES-256 keys, newest first."""

    keys: list[bytes]

    def wrap(self, secret: bytes, *, context: bytes) -> bytes:
        key = self.keys[0]
        return _key_id(key) + seal(key, secret, context=context)

    def unwrap(self, wrapped: bytes, *, context: bytes) -> bytes:
        for key in self.keys:
            if _key_id(key) == wrapped[:KEY_ID_BYTES]:
                return open_sealed(key, wrapped[KEY_ID_BYTES:], context=context)
        raise CannotDecrypt("wrapped with a key that is not in ENCRYPTION_KEYS")


def key_ring() -> KeyRing:
    return KeyRing(settings().encryption_key_bytes)


def new_key() -> bytes:
    return AESGCM.generate_key(bit_length=256)


def seal(key: bytes, plain: bytes, *, context: bytes) -> bytes:
    """Encrypts and authenticates; `context` (what this is, whose it is) must be the same when opening."""
    nonce = os.urandom(NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, plain, context)


def open_sealed(key: bytes, sealed: bytes, *, context: bytes) -> bytes:
    try:
        return AESGCM(key).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], context)
    except InvalidTag as error:
        raise CannotDecrypt("the ciphertext or its context was changed") from error


def permanent_key_for(purpose: str) -> bytes:
    """A key that outlives rotation, one per purpose."""
    return _derived(settings().permanent_key_bytes, purpose)


def permanent_hash(purpose: str, value: str) -> bytes:
    """A keyed hash that outlives rotation: the same value gives the same 32 bytes for ever."""
    return hmac.digest(permanent_key_for(purpose), value.encode(), hashlib.sha256)


@lru_cache
def _derived(key: bytes, purpose: str) -> bytes:
    """A batch of customers has thousands of addresses, and hashing each begins with this."""
    return hmac.digest(key, purpose.encode(), hashlib.sha256)


@lru_cache
def _key_id(key: bytes) -> bytes:
    return hashlib.sha256(b"candor key id\0" + key).digest()[:KEY_ID_BYTES]
