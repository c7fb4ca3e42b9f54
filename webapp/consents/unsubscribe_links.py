"""The link at the foot of every campaign email. It lives for ever, and as it names only ids, it outlives campaigns."""

from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from webapp import links
from webapp.links import Purpose

ANY_TIME = datetime.fromtimestamp(0, UTC)  # a link for ever carries no time: the same ids always give the same token


@dataclass(frozen=True)
class UnsubscribeToken:
    """Who was written to, about what, and in which campaign (None: in none)."""

    subject_id: UUID
    topic_id: UUID
    campaign_id: UUID | None


def token_for(subject_id: UUID, *, topic_id: UUID, campaign_id: UUID | None) -> str:
    campaign = {"c": campaign_id.hex} if campaign_id else {}
    return links.sign(Purpose.UNSUBSCRIBE, now=ANY_TIME, s=subject_id.hex, t=topic_id.hex, **campaign)


def read_token(token: str) -> UnsubscribeToken:
    """Raises InvalidLink for a token that was changed, cut short, or made for another purpose."""
    data = links.read(Purpose.UNSUBSCRIBE, token, now=ANY_TIME).data
    return UnsubscribeToken(UUID(data["s"]), UUID(data["t"]), UUID(data["c"]) if "c" in data else None)
