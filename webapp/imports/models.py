"""Files of customers, products, invoices and payment methods that come in, and what of them was refused."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import BigInteger, DateTime, Enum, ForeignKey, Index, LargeBinary, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from webapp.db import Base, Key, Timestamp
from webapp.imports.encodings import Writing


class Kind(StrEnum):
    """What a file holds, in the order in which files should come: what belongs to a customer needs the customer."""

    CUSTOMERS = "customers"
    PRODUCTS = "products"
    INVOICES = "invoices"
    PAYMENT_METHODS = "payment-methods"


class ImportState(StrEnum):
    RECEIVED = "received"  # which column is what has to be said
    CHECKING = "checking"  # everything is tried and nothing kept
    CHECKED = "checked"
    RUNNING = "running"
    DONE = "done"
    STOPPED = "stopped"
    FAILED = "failed"


WORKING = (ImportState.CHECKING, ImportState.RUNNING)
FINISHED = (ImportState.DONE, ImportState.STOPPED, ImportState.FAILED)


class Import(Base):
    """A file on its way into the tables. Its file has its id as name, and is encrypted with a key that goes with it.

    It stands at the byte `position`, which begins the line `line`. The counts are of the check while it was only
    checked, and of the import then. `started_by` is None for what was started by a command, whose file is not kept
    here: then `fingerprint` tells whether it is the same when it goes on.
    """

    __tablename__ = "imports"

    id: Mapped[Key]
    kind: Mapped[Kind] = mapped_column(
        Enum(Kind, native_enum=False, length=16, values_callable=lambda kinds: [kind.value for kind in kinds])
    )
    state: Mapped[ImportState] = mapped_column(
        Enum(ImportState, native_enum=False, length=12, values_callable=lambda states: [s.value for s in states])
    )
    file_name: Mapped[str]
    size: Mapped[int] = mapped_column(BigInteger)
    wrapped_key: Mapped[bytes | None] = mapped_column(LargeBinary)
    fingerprint: Mapped[bytes | None] = mapped_column(LargeBinary)
    encoding: Mapped[str]
    separator: Mapped[str]
    starts: Mapped[int]
    header: Mapped[list[str]] = mapped_column(JSONB)
    mapping: Mapped[dict[str, int]] = mapped_column(JSONB, server_default="{}")  # which column holds what, from 0 on
    dates: Mapped[str] = mapped_column(server_default="ymd")
    decimal: Mapped[str] = mapped_column(server_default=".")
    started_by: Mapped[UUID | None]
    received_at: Mapped[Timestamp]
    delete_after: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    working_since: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    finished_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    position: Mapped[int] = mapped_column(BigInteger, server_default="0")
    line: Mapped[int] = mapped_column(server_default="1")
    counts: Mapped[dict[str, int]] = mapped_column(JSONB, server_default="{}")  # rows by what became of them
    reasons: Mapped[dict[str, int]] = mapped_column(JSONB, server_default="{}")  # by field, tabulator, code
    problem: Mapped[str | None]  # why it failed

    __table_args__ = (
        Index("ix_imports_received_at", "received_at"),
        Index("ix_imports_delete_after", "delete_after", postgresql_where=text("wrapped_key IS NOT NULL")),
    )

    @property
    def writing(self) -> Writing:
        return Writing(self.encoding, self.separator, self.starts)

    @property
    def working(self) -> bool:
        return self.state in WORKING

    @property
    def has_file(self) -> bool:
        return self.wrapped_key is not None


class ImportRefusal(Base):
    """A row that was not taken in: where it stands in the file, and why. What stands there is only in the file."""

    __tablename__ = "import_refusals"

    import_id: Mapped[UUID] = mapped_column(ForeignKey("imports.id", ondelete="CASCADE"), primary_key=True)
    line: Mapped[int] = mapped_column(primary_key=True)
    start: Mapped[int] = mapped_column(BigInteger)
    end: Mapped[int] = mapped_column(BigInteger)
    reasons: Mapped[list[list[str]]] = mapped_column(JSONB)  # pairs: the field or nothing, and what is wrong with it
