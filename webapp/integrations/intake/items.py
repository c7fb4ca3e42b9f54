"""What other systems may send about customers, and what it is made of. What is not named here is refused."""

from pydantic import Field, StrictBool, StrictInt, StrictStr, model_validator

from webapp.integrations.intake.types import (
    Address,
    Country,
    Currency,
    Day,
    Item,
    Line,
    Lines,
    Money,
    NeededCountry,
    NeededLine,
    OfCustomer,
    OptionalCurrency,
    OptionalDay,
    OptionalId,
    Part,
    Phone,
)
from webapp.products.models import Interval, InvoiceKind, InvoiceState, ProductKind, ProductState


class BillingAddressPart(Part):
    name: NeededLine
    organization: Line = ""
    street_address: Line = ""
    postal_code: Line = ""
    city: Line = ""
    country: Country = ""


class CustomerItem(Item):
    """A person who is a customer. A detail that is left out, or null, stays as it is here; an empty one is emptied."""

    email: Address = Field(description="It leads to the person: two customers with one address are one person here.")
    language: StrictStr | None = Field(None, pattern="^[a-z]{2}$", description="Counts when the person is new here.")
    given_name: Line | None = None
    family_name: Line | None = None
    organization: Line | None = None
    phone: Phone | None = Field(None, description="With the code of the country, without blanks.")
    street_address: Line | None = None
    postal_code: Line | None = None
    city: Line | None = None
    country: Country | None = None
    billing_address: BillingAddressPart | None = Field(None, description="Where invoices go, if elsewhere.")


class ProductItem(OfCustomer):
    """A product or service that a customer has."""

    name: NeededLine
    kind: ProductKind
    state: ProductState = Field(description="ending: cancelled, and in use until ends_on.")
    started_on: OptionalDay = None
    renews_on: OptionalDay = Field(None, description="When the next period begins, unless it is cancelled.")
    ends_on: OptionalDay = Field(None, description="The last day, if it is known.")
    cancellable: StrictBool = Field(False, description="Whether the person can cancel it here.")
    notice_days: StrictInt = Field(0, ge=0, le=3_660, description="How long before renews_on it must be cancelled.")
    price: Money | None = Field(None, description="In the smallest unit of the currency: 1290 is 12.90 CHF.")
    currency: OptionalCurrency = ""
    interval: Interval | None = None
    payment_method: OptionalId = Field("", description="The external_id of the one that pays it.")

    @model_validator(mode="after")
    def _price_is_whole(self) -> "ProductItem":
        if (self.price is None) != (not self.currency):
            raise ValueError("price and currency belong together")
        return self


class InvoiceItem(OfCustomer):
    """An invoice or a credit note. The amount is never negative: a credit note is a kind of its own."""

    number: Line = Field("", description="As printed. Only a draft has none.")
    kind: InvoiceKind = InvoiceKind.INVOICE
    state: InvoiceState = Field(description="draft: not in the books yet.")
    issued_on: Day
    due_on: OptionalDay = None
    paid_on: OptionalDay = None
    amount: Money
    currency: Currency
    country: NeededCountry = Field(description="Of the books it stands in: its law says how long it is kept.")
    billed_to: NeededLine
    billing_address: Lines = Field("", description="As printed; a line break between two lines.")
    description: Line = ""

    @model_validator(mode="after")
    def _is_numbered(self) -> "InvoiceItem":
        if not self.number and self.state is not InvoiceState.DRAFT:
            raise ValueError("number is needed, unless it is a draft")
        return self


class PaymentMethodPart(OfCustomer):
    """How a customer pays. Never send the number of a card: last_four is enough."""

    brand: NeededLine = Field(examples=["Visa", "SEPA direct debit", "PayPal"])
    last_four: StrictStr = Field("", pattern="^([0-9]{4})?$", description="Of the card or account.")
    expires_on: OptionalDay = Field(None, description="The last day on which it is good.")


class PaymentMethodItem(PaymentMethodPart):
    """How a customer pays. Never send the number of a card: last_four is enough."""

    token: StrictStr | None = Field(None, max_length=300, description="Of the payment provider. It is never shown.")
