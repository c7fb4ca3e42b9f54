"""How people sign in, and the contact details they keep up to date."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    DateTime,
    Enum,
    ForeignKey,
    Index,
    LargeBinary,
    UniqueConstraint,
    false,
    literal_column,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.access import Role
from webapp.db import Base, CreatedAt, Key, Timestamp
from webapp.subjects.models import Subject


class ContactDetails:
    """How a person is addressed and reached (P2). The email address is the data subject's own."""

    given_name: Mapped[str]
    family_name: Mapped[str]
    organization: Mapped[str] = mapped_column(server_default="")
    phone: Mapped[str] = mapped_column(server_default="")  # E.164, for example +41441234567
    street_address: Mapped[str] = mapped_column(server_default="")
    postal_code: Mapped[str] = mapped_column(server_default="")
    city: Mapped[str] = mapped_column(server_default="")
    country: Mapped[str] = mapped_column(server_default="")  # ISO 3166-1 alpha-2


role_type = Enum(Role, native_enum=False, length=16, values_callable=lambda roles: [role.value for role in roles])

CONTACT_DETAILS = tuple(ContactDetails.__annotations__)


def _starting(name: str, words: str) -> Index:
    """An index that finds texts by their first letters, in whatever order a language has its letters."""
    column: ColumnElement[str] = literal_column(f"folded({words})").label("folded")
    return Index(name, column, postgresql_ops={"folded": "text_pattern_ops"})


class Profile(ContactDetails, Base):
    """The contact details of a data subject."""

    __tablename__ = "profiles"

    subject_id: Mapped[UUID] = mapped_column(ForeignKey("subjects.id", ondelete="CASCADE"), primary_key=True)
    changed_at: Mapped[Timestamp]

    # For staff who look for a customer: from the first letters on, without accents, in either order.
    __table_args__ = (
        _starting("ix_profiles_name", "given_name, family_name"),
        _starting("ix_profiles_family_name", "family_name, given_name"),
        _starting("ix_profiles_organization", "organization, ''"),
    )

    @property
    def full_name(self) -> str:
        return f"{self.given_name} {self.family_name}".strip()


class Account(Base):
    """How a subject signs in. Not confirmed means: an operator made it, and its owner has not chosen a password yet."""

    __tablename__ = "accounts"

    subject_id: Mapped[UUID] = mapped_column(ForeignKey("subjects.id", ondelete="CASCADE"), primary_key=True)
    password_hash: Mapped[str]
    password_changed_at: Mapped[Timestamp]
    short_password: Mapped[bool] = mapped_column(server_default="false")  # good enough beside a second factor only
    password_reminded_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    password_kept_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))  # the answer to a reminder
    role: Mapped[Role] = mapped_column(role_type)
    confirmed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    created_at: Mapped[CreatedAt]

    subject: Mapped[Subject] = relationship(lazy="joined")
    profile: Mapped[Profile] = relationship(
        lazy="joined",
        primaryjoin="foreign(Account.subject_id) == Profile.subject_id",
        viewonly=True,
        uselist=False,
    )

    __table_args__ = (
        Index("ix_accounts_working_here", "role", postgresql_where=text("role <> 'customer'")),
        Index(
            "ix_accounts_other_password", "subject_id", postgresql_where=text("password_hash NOT LIKE '$argon2id$%'")
        ),
        Index(
            "ix_accounts_password_asked",
            text("GREATEST(password_changed_at, password_kept_at, password_reminded_at)"),
            postgresql_where=text("confirmed_at IS NOT NULL"),
        ),
    )

    @property
    def known_words(self) -> list[str]:
        """What others know of the person, and try first as a password."""
        profile = self.profile
        return [self.subject.email, profile.given_name, profile.family_name, profile.organization]


class SignUp(ContactDetails, Base):
    """What somebody entered who says that an address is theirs. Confirmed, it becomes a profile and an account.

    One per address and browser: two people who claim the same address never see or overwrite what the other entered.
    `topics` are the ticked ones, by id, with the sentence beside the box.
    """

    __tablename__ = "sign_ups"

    id: Mapped[Key]
    subject_id: Mapped[UUID] = mapped_column(ForeignKey("subjects.id", ondelete="CASCADE"))
    browser: Mapped[str]
    password_hash: Mapped[str]
    topics: Mapped[dict[str, str]] = mapped_column(JSONB)
    language: Mapped[str]
    asked_at: Mapped[Timestamp]
    link_sent_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))

    subject: Mapped[Subject] = relationship(lazy="joined")

    __table_args__ = (UniqueConstraint("subject_id", "browser"), Index("ix_sign_ups_asked_at", "asked_at"))


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
    shared: Mapped[bool] = mapped_column(server_default=false())  # a computer that others use too
    proved_at: Mapped[Timestamp]  # when its owner last proved to be there: see proofs.py
    ended_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))

    account: Mapped[Account] = relationship(lazy="joined")

    __table_args__ = (
        Index("ix_device_sessions_shared", "signed_in_at", postgresql_where=text("shared")),
        Index("ix_device_sessions_ended", "ended_at", postgresql_where=text("ended_at IS NOT NULL")),
        Index("ix_device_sessions_seen", "seen_at", postgresql_where=text("ended_at IS NULL")),
    )


class KnownDevice(Base):
    """A browser in which somebody signed in before. Its cookie holds a random token; here is a hash of that."""

    __tablename__ = "known_devices"

    fingerprint: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    subject_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.subject_id", ondelete="CASCADE"), index=True)
    first_seen_at: Mapped[Timestamp]
    seen_at: Mapped[Timestamp] = mapped_column(index=True)


class EmailChange(Base):
    """A wish to use another address, until it is confirmed from there."""

    __tablename__ = "email_changes"

    id: Mapped[Key]
    subject_id: Mapped[UUID] = mapped_column(ForeignKey("subjects.id", ondelete="CASCADE"), index=True)
    old_email: Mapped[str]
    new_email: Mapped[str]
    asked_at: Mapped[Timestamp] = mapped_column(index=True)
    confirmed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    undone_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class Guesses(Base):
    """How often somebody tried in vain to sign in with an address, whether or not there is an account.

    Those of a device that its owner has used are counted apart (`device`), so that strangers cannot lock the owner out.
    """

    __tablename__ = "guesses"

    id: Mapped[Key]
    address_hash: Mapped[bytes] = mapped_column(LargeBinary)
    door: Mapped[str]
    device: Mapped[str]
    wrong: Mapped[int] = mapped_column(server_default="0")
    last_at: Mapped[Timestamp] = mapped_column(index=True)
    next_at: Mapped[Timestamp]

    __table_args__ = (UniqueConstraint("address_hash", "door", "device"),)
