"""Signatures by which a receiver knows that a call is from us (https://www.standardwebhooks.com)."""

import base64
import hashlib
import hmac
import secrets
from datetime import datetime, timedelta

from webapp.crypto import key_ring
from webapp.integrations.webhooks.models import Webhook

PREFIX = "whsec_"
SECRET_BYTES = 32
BOTH_FOR = timedelta(hours=24)  # both secrets sign, so that the receiver can change over


def new_secret(webhook: Webhook, *, now: datetime) -> str:
    """In the form in which people copy it. It is shown once; the one before signs along for a day."""
    secret = secrets.token_bytes(SECRET_BYTES)
    if webhook.secret:
        webhook.old_secret, webhook.old_secret_until = webhook.secret, now + BOTH_FOR
    webhook.secret = key_ring().wrap(secret, context=webhook.id.bytes)
    return PREFIX + base64.b64encode(secret).decode()


def headers(webhook: Webhook, message: str, body: bytes, *, now: datetime) -> dict[str, str]:
    at = str(int(now.timestamp()))
    content = f"{message}.{at}.".encode() + body
    wrapped = [webhook.secret]
    if webhook.old_secret and webhook.old_secret_until and now < webhook.old_secret_until:
        wrapped.append(webhook.old_secret)
    signatures = [_signature(key_ring().unwrap(secret, context=webhook.id.bytes), content) for secret in wrapped]
    return {"webhook-id": message, "webhook-timestamp": at, "webhook-signature": " ".join(signatures)}


def _signature(secret: bytes, content: bytes) -> str:
    return "v1," + base64.b64encode(hmac.digest(secret, content, hashlib.sha256)).decode()
