"""What a person has besides a password: an authenticator app, passkeys, recovery codes on paper, and the way back
for somebody who lost all of it."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, DateTime, ForeignKey, LargeBinary, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.accounts.models import Account
from webapp.db import Base, Key, Timestamp


class AuthenticatorApp(Base):
    """An app that shows a code every half minute (TOTP, RFC 6238).

    `key` is encrypted by the subject's own key. `last_step` is the half minute of the last code that was accepted.
    """

    __tablename__ = "authenticator_apps"

    subject_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.subject_id", ondelete="CASCADE"), primary_key=True)
    key: Mapped[bytes] = mapped_column(LargeBinary)
    last_step: Mapped[int] = mapped_column(BigInteger)
    added_at: Mapped[Timestamp]


class Passkey(Base):
    """A key pair in somebody's phone, computer or security key; here is its public half (WebAuthn)."""

    __tablename__ = "passkeys"

    id: Mapped[Key]
    subject_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.subject_id", ondelete="CASCADE"), index=True)
    credential_id: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    public_key: Mapped[bytes] = mapped_column(LargeBinary)
    sign_count: Mapped[int] = mapped_column(BigInteger)
    transports: Mapped[list[str]] = mapped_column(JSONB)
    name: Mapped[str]
    added_at: Mapped[Timestamp]
    used_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))

    account: Mapped[Account] = relationship(lazy="joined")


class RecoveryCode(Base):
    """One of the ten codes on paper. `mark` is its first character, which says which hash to compare with."""

    __tablename__ = "recovery_codes"

    id: Mapped[Key]
    subject_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.subject_id", ondelete="CASCADE"))
    mark: Mapped[str]
    code_hash: Mapped[str]
    made_at: Mapped[Timestamp]
    used_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))

    __table_args__ = (UniqueConstraint("subject_id", "mark"),)


class AccountRecovery(Base):
    """Somebody lost everything that signs them in, and staff started the way back. Its waiting ends at `due_at`."""

    __tablename__ = "account_recoveries"

    id: Mapped[Key]
    subject_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.subject_id", ondelete="CASCADE"), index=True)
    started_by: Mapped[UUID]
    reason: Mapped[str]
    started_at: Mapped[Timestamp] = mapped_column(index=True)
    due_at: Mapped[Timestamp]
    reminded_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    link_sent_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    cancelled_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    finished_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))

    account: Mapped[Account] = relationship(lazy="joined")

    @property
    def is_open(self) -> bool:
        return self.cancelled_at is None and self.finished_at is None
