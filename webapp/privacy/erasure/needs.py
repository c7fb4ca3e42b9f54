"""What still needs data about somebody: the products that they have, and legal holds."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from webapp.privacy.data_map.vocabulary import SubjectTable
from webapp.privacy.retention import holds
from webapp.privacy.retention.models import LegalHold
from webapp.products import products
from webapp.products.models import Product


@dataclass(frozen=True)
class Needs:
    products: Sequence[Product] = ()
    holds: Sequence[LegalHold] = ()

    @property
    def product_names(self) -> str:
        return ", ".join(product.name for product in self.products)

    def hold_on(self, table: SubjectTable) -> LegalHold | None:
        return next((hold for hold in self.holds if holds.covers(hold, table)), None)


def of(subject_id: UUID) -> Needs:
    return Needs(products.active(subject_id), holds.on(subject_id))
