"""How people sign in, and the contact details they keep up to date."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import DateTime, Enum, ForeignKey, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.access import Role
from webapp.db import Base, CreatedAt, Key, Timestamp
from webapp.subjects.models import Subject


class Profile(Base):
    """The contact details of a data subject (P2). The email address is the subject's own."""

    __tablename__ = "profiles"

    subject_id: Mapped[UUID] = mapped_column(ForeignKey("subjects.id", ondelete="CASCADE"), primary_key=True)
    given_name: Mapped[str]
    family_name: Mapped[str]
    organization: Mapped[str] = mapped_column(server_default="")
    phone: Mapped[str] = mapped_column(server_default="")  # E.164, for example +41441234567
    street_address: Mapped[str] = mapped_column(server_default="")
    postal_code: Mapped[str] = mapped_column(server_default="")
    city: Mapped[str] = mapped_column(server_default="")
    country: Mapped[str] = mapped_column(server_default="")  # ISO 3166-1 alpha-2
    changed_at: Mapped[Timestamp]

    @property
    def full_name(self) -> str:
        return f"{self.given_name} {self.family_name}".strip()


class Account(Base):
    """How a subject signs in. Not confirmed means: nobody showed yet that the address is theirs, and nobody can sign in."""

    __tablename__ = "accounts"

    subject_id: Mapped[UUID] = mapped_column(ForeignKey("subjects.id", ondelete="CASCADE"), primary_key=True)
    password_hash: Mapped[str]
    password_changed_at: Mapped[Timestamp]
    role: Mapped[Role] = mapped_column(
        Enum(Role, native_enum=False, length=16, values_callable=lambda roles: [role.value for role in roles])
    )
    confirmed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    created_at: Mapped[CreatedAt]

    subject: Mapped[Subject] = relationship(lazy="joined")
    profile: Mapped[Profile] = relationship(
        lazy="joined",
        primaryjoin="foreign(Account.subject_id) == Profile.subject_id",
        viewonly=True,
        uselist=False,
    )


class DeviceSession(Base):
    """One sign-in on one device. The cookie holds a random token; here is only its hash."""

    __tablename__ = "device_sessions"

    id: Mapped[Key]
    subject_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.subject_id", ondelete="CASCADE"), index=True)
    token_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    user_agent: Mapped[str]
    network: Mapped[str]
    signed_in_at: Mapped[Timestamp]
    seen_at: Mapped[Timestamp]
    ended_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))

    account: Mapped[Account] = relationship(lazy="joined")


class EmailChange(Base):
    """A wish to use another address, until it is confirmed from there."""

    __tablename__ = "email_changes"

    id: Mapped[Key]
    subject_id: Mapped[UUID] = mapped_column(ForeignKey("subjects.id", ondelete="CASCADE"), index=True)
    old_email: Mapped[str]
    new_email: Mapped[str]
    asked_at: Mapped[Timestamp]
    confirmed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
