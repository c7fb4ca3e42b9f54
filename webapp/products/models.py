"""What people have from the company and what they pay for it, by the word of the company's own systems."""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, DateTime, Enum, ForeignKey, Index, LargeBinary, false, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.db import Base, Timestamp
from webapp.subjects.models import Subject


class ProductKind(StrEnum):
    PRODUCT = "product"
    SERVICE = "service"


class ProductState(StrEnum):
    ACTIVE = "active"
    ENDING = "ending"  # cancelled, and still in use until it ends
    ENDED = "ended"


class Interval(StrEnum):
    """How often the price of a product is paid."""

    ONCE = "once"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"


class InvoiceKind(StrEnum):
    INVOICE = "invoice"
    CREDIT_NOTE = "credit_note"


class InvoiceState(StrEnum):
    DRAFT = "draft"  # not part of the books yet
    OPEN = "open"
    PAID = "paid"
    CANCELLED = "cancelled"


def names(kind: type[StrEnum]) -> Enum:
    return Enum(
        kind, native_enum=False, length=16, values_callable=lambda members: [member.value for member in members]
    )


class Sent:
    """What another system of the company sends again and again, by its own number there: the newest counts.

    `changed_at` is when it changed there, or here by the hand of the person, whichever is later. Something older that
    comes late changes nothing. `key_id` is the key it came with; None for what came as a file.
    """

    external_id: Mapped[str] = mapped_column(primary_key=True)
    changed_at: Mapped[Timestamp]
    received_at: Mapped[Timestamp]
    key_id: Mapped[UUID | None]


class CustomerRecord(Sent, Base):
    """That a person is this customer in the company's own systems. Several may lead to one person."""

    __tablename__ = "customer_records"

    subject_id: Mapped[UUID] = mapped_column(ForeignKey("subjects.id", ondelete="CASCADE"), index=True)

    subject: Mapped[Subject] = relationship()


class Product(Sent, Base):
    """A product or a service that a person has. `customer` is the number of the customer record it came for."""

    __tablename__ = "products"

    customer: Mapped[str]
    subject_id: Mapped[UUID] = mapped_column(ForeignKey("subjects.id", ondelete="CASCADE"))
    name: Mapped[str]
    kind: Mapped[ProductKind] = mapped_column(names(ProductKind))
    state: Mapped[ProductState] = mapped_column(names(ProductState))
    started_on: Mapped[date | None]
    renews_on: Mapped[date | None]
    ends_on: Mapped[date | None]
    cancellable: Mapped[bool] = mapped_column(server_default=false())  # by the person, here
    notice_days: Mapped[int] = mapped_column(server_default="0")  # how long before the renewal it must be cancelled
    price: Mapped[int | None] = mapped_column(BigInteger)  # in the smallest unit of the currency
    currency: Mapped[str] = mapped_column(server_default="")  # ISO 4217
    interval: Mapped[Interval | None] = mapped_column(names(Interval))
    payment_method: Mapped[str] = mapped_column(server_default="")  # the number of the one that pays it, if any
    cancelled_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))  # by the person, here

    __table_args__ = (
        Index("ix_products_subject_id", "subject_id", "state"),
        Index("ix_products_ending", "ends_on", postgresql_where=text("state = 'ending'")),
        CheckConstraint("price >= 0", "price"),
        CheckConstraint("notice_days >= 0", "notice_days"),
    )


class Invoice(Sent, Base):
    """An invoice or a credit note, whose amount is never negative. The law keeps it longer than people have accounts.

    `country` is that of the books it belongs to (ISO 3166-1), whose law says how long; `billed_to` and the address are
    as they were printed.
    """

    __tablename__ = "invoices"

    customer: Mapped[str]
    subject_id: Mapped[UUID] = mapped_column(ForeignKey("subjects.id"))
    number: Mapped[str]
    kind: Mapped[InvoiceKind] = mapped_column(names(InvoiceKind))
    state: Mapped[InvoiceState] = mapped_column(names(InvoiceState))
    issued_on: Mapped[date]
    due_on: Mapped[date | None]
    paid_on: Mapped[date | None]
    amount: Mapped[int] = mapped_column(BigInteger)  # in the smallest unit of the currency
    currency: Mapped[str]  # ISO 4217
    country: Mapped[str]
    billed_to: Mapped[str]
    billing_address: Mapped[str]
    description: Mapped[str] = mapped_column(server_default="")

    __table_args__ = (
        Index("ix_invoices_subject_id", "subject_id", "issued_on"),
        CheckConstraint("amount >= 0", "amount"),
    )


class PaymentMethod(Sent, Base):
    """How a person pays: what can be shown of it, and the token by which the payment provider knows it.

    The token is sealed with the person's own key. There is never a card number.
    """

    __tablename__ = "payment_methods"

    customer: Mapped[str]
    subject_id: Mapped[UUID] = mapped_column(ForeignKey("subjects.id", ondelete="CASCADE"), index=True)
    brand: Mapped[str]  # such as Visa, SEPA direct debit, PayPal
    last_four: Mapped[str] = mapped_column(server_default="")
    expires_on: Mapped[date | None]  # the last day on which it is good
    token: Mapped[bytes | None] = mapped_column(LargeBinary)
    removed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))  # by the person, here


class BillingAddress(Base):
    """Where invoices go. The person can correct it here, the company in its own systems; the newest counts."""

    __tablename__ = "billing_addresses"

    subject_id: Mapped[UUID] = mapped_column(ForeignKey("subjects.id", ondelete="CASCADE"), primary_key=True)
    name: Mapped[str]
    organization: Mapped[str] = mapped_column(server_default="")
    street_address: Mapped[str] = mapped_column(server_default="")
    postal_code: Mapped[str] = mapped_column(server_default="")
    city: Mapped[str] = mapped_column(server_default="")
    country: Mapped[str] = mapped_column(server_default="")  # ISO 3166-1 alpha-2
    changed_at: Mapped[Timestamp]
