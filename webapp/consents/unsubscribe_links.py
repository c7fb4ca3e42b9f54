"""The link at the foot of every campaign email. It lives for ever, and as it names only ids, it outlives campaigns."""

from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from webapp import links
from webapp.links import InvalidLink, Purpose

ANY_TIME = datetime.fromtimestamp(0, UTC)  # a link for ever carries no time


@dataclass(frozen=True)
class UnsubscribeToken:
    """Who was written to, about what, and in which campaign (None: in none)."""

    subject_id: UUID
    topic_id: UUID
    campaign_id: UUID | None


def token_for(subject_id: UUID, *, topic_id: UUID, campaign_id: UUID | None) -> str:
    ids = (subject_id, topic_id, campaign_id)
    return links.seal(Purpose.UNSUBSCRIBE, b"".join(one.bytes for one in ids if one))


def read_token(token: str) -> UnsubscribeToken:
    """Raises InvalidLink for a token that was changed, cut short, or made for another purpose."""
    try:
        ids = links.unseal(Purpose.UNSUBSCRIBE, token)
    except InvalidLink:
        return _read_long(token)
    subject_id, topic_id, *campaign_id = (UUID(bytes=ids[start : start + 16]) for start in range(0, len(ids), 16))
    return UnsubscribeToken(subject_id, topic_id, campaign_id[0] if campaign_id else None)


def _read_long(token: str) -> UnsubscribeToken:
    """Of emails that were sent before tokens were short: their links live for ever, too."""
    data = links.read(Purpose.UNSUBSCRIBE, token, now=ANY_TIME).data
    return UnsubscribeToken(UUID(data["s"]), UUID(data["t"]), UUID(data["c"]) if "c" in data else None)
