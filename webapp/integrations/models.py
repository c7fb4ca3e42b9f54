"""The keys by which other systems of the company use the API, and the answers that they can ask for again."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import DateTime, LargeBinary
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from webapp.access import Scope
from webapp.db import Base, Key, Timestamp


class ApiKey(Base):
    """A key, of which only a hash is kept. A revoked one stays: it tells who let what in, and until when."""

    __tablename__ = "api_keys"

    id: Mapped[Key]
    name: Mapped[str]
    token_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    ending: Mapped[str]  # its last characters, by which people recognise it
    scope: Mapped[str]  # names parted by blanks, as in OAuth (RFC 6749, 3.3)
    created_by: Mapped[UUID]
    created_at: Mapped[Timestamp] = mapped_column(index=True)
    last_used_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    revoked_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))

    @property
    def scopes(self) -> list[Scope]:
        return [Scope(name) for name in self.scope.split()]


class KeptAnswer(Base):
    """What a request was answered that carried an Idempotency-Key. Whoever sends it again gets the same answer."""

    __tablename__ = "kept_answers"

    key_id: Mapped[UUID] = mapped_column(primary_key=True)
    idempotency_key: Mapped[str] = mapped_column(primary_key=True)
    request_hash: Mapped[bytes] = mapped_column(LargeBinary)
    status: Mapped[int]
    headers: Mapped[dict[str, str]] = mapped_column(JSONB)
    body: Mapped[bytes] = mapped_column(LargeBinary)
    answered_at: Mapped[Timestamp] = mapped_column(index=True)
