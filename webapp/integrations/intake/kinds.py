"""The kinds of things that other systems may send."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from pydantic import ValidationError

from webapp.access import Scope
from webapp.integrations.intake.customers import take_in_customers
from webapp.integrations.intake.items import CustomerItem, InvoiceItem, PaymentMethodItem, ProductItem
from webapp.integrations.intake.payments import take_in_invoices, take_in_payment_methods, take_in_products
from webapp.integrations.intake.results import Reason, Result, refused
from webapp.integrations.intake.types import Item
from webapp.products.models import CustomerRecord, Invoice, PaymentMethod, Product, Sent

LONGEST_PLACE = 80  # it may be the name of a member that nobody knows


class TakeIn(Protocol):
    def __call__(self, items: Sequence[Any], *, key_id: UUID | None, now: datetime) -> list[Result]: ...


@dataclass(frozen=True)
class Kind:
    """`name` stands in addresses and in the scopes of keys."""

    name: str
    model: type[Sent]
    item: type[Item]
    take_in: TakeIn

    @property
    def plural(self) -> str:
        """Its name in JSON."""
        return self.name.replace("-", "_")

    @property
    def reading(self) -> Scope:
        return Scope(f"{self.name}:read")

    @property
    def writing(self) -> Scope:
        return Scope(f"{self.name}:write")


CUSTOMERS = Kind("customers", CustomerRecord, CustomerItem, take_in_customers)
PRODUCTS = Kind("products", Product, ProductItem, take_in_products)
INVOICES = Kind("invoices", Invoice, InvoiceItem, take_in_invoices)
PAYMENT_METHODS = Kind("payment-methods", PaymentMethod, PaymentMethodItem, take_in_payment_methods)
KINDS = {kind.name: kind for kind in (CUSTOMERS, PRODUCTS, INVOICES, PAYMENT_METHODS)}


def take_in_raw(kind: Kind, raw: Sequence[object], *, key_id: UUID | None, now: datetime) -> list[Result]:
    """As `kind.take_in`, for what nobody looked at yet: what is not valid is refused, the rest is stored."""
    read = [_read(kind.item, one) for one in raw]
    results = iter(kind.take_in([one for one in read if isinstance(one, Item)], key_id=key_id, now=now))
    return [next(results) if isinstance(one, Item) else one for one in read]


def explain(error: ValidationError) -> str:
    """The first thing that is wrong, and where, without the value: it may be what must not be kept."""
    first = error.errors(include_input=False, include_url=False, include_context=False)[0]
    place = ".".join(str(step) for step in first["loc"])[:LONGEST_PLACE]
    said = first["msg"].removeprefix("Value error, ")
    return f"{place}: {said}" if place else said


def _read(form: type[Item], one: object) -> Item | Result:
    try:
        return form.model_validate(one)
    except ValidationError as error:
        number = one.get("external_id") if isinstance(one, dict) else None
        return refused(number if isinstance(number, str) else None, Reason.NOT_VALID, explain(error))
