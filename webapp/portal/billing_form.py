"""The form for the billing address."""

from typing import Self

from flask_babel import lazy_gettext as _l
from flask_login import current_user

from webapp.accounts import postal
from webapp.accounts.forms import AddressForm
from webapp.language import current_language
from webapp.products import billing_addresses
from webapp.products.models import BillingAddress
from webapp.subjects.fields import Line

FIELDS = ("name", "organization", "street_address", "postal_code", "city", "country")


class BillingAddressForm(AddressForm):
    name = Line(_l("Name"), longest=200, needed=_l("Enter the name for the invoice."))
    organization = Line(_l("Company"), longest=200)

    @classmethod
    def of_current(cls) -> Self:
        """Who has none yet starts with the postal address."""
        profile = current_user.account.profile
        billing = billing_addresses.of(current_user.subject)
        if billing:
            return cls(obj=billing)
        return cls(obj=profile, data={"name": profile.full_name})

    def details(self) -> dict[str, str]:
        return {name: self[name].data for name in FIELDS} | {"postal_code": self._postal_code()}


def lines(billing: BillingAddress | None) -> list[str]:
    """As they stand on an invoice; none when there is no such address."""
    if billing is None:
        return []
    return [line for line in (billing.name, billing.organization, *postal.lines(billing, current_language())) if line]
