"""What time it is, asked once at the edge (a route, a job) and handed down, so that rules are tested without tricks."""

from datetime import UTC, datetime


def utc_now() -> datetime:
    return datetime.now(UTC)
