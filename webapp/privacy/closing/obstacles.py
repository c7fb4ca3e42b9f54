"""What stands in the way of closing an account: it is named, with the way around it (P15)."""

from collections.abc import Sequence
from dataclasses import dataclass

from webapp.access import Role
from webapp.accounts.models import Account
from webapp.products import products
from webapp.products.models import Product


@dataclass(frozen=True)
class Obstacles:
    """`works_here`: somebody who works with other people's data hands that over first."""

    works_here: bool
    products: Sequence[Product]

    def __bool__(self) -> bool:
        return self.works_here or bool(self.products)


class Obstructed(Exception):
    """The account cannot be closed now."""


def of(account: Account) -> Obstacles:
    return Obstacles(account.role is not Role.CUSTOMER, products.active(account.subject_id))
