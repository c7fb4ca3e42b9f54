"""What other systems passed on about people to others (P9). What our staff passed on, they record in pages."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from pydantic import Field

from webapp.integrations.intake import upserts
from webapp.integrations.intake.kinds import Kind
from webapp.integrations.intake.results import Result
from webapp.integrations.intake.types import Day, NeededLine, NeededLines, OfCustomer, OptionalDay
from webapp.integrations.intake.upserts import Target
from webapp.support.models import Disclosure


class DisclosureItem(OfCustomer):
    """That data about a customer was passed on to somebody else."""

    recipient: NeededLine
    reason: NeededLines
    legal_basis: NeededLine = Field(examples=["GDPR Art. 6(1)(c); StPO Art. 265"])
    data: NeededLines = Field(description="Which data it was, in words.")
    disclosed_on: Day
    secret_until: OptionalDay = Field(
        None, description="The last day on which the law forbids to tell the person. Without it, they see it at once."
    )


def take_in_disclosures(items: Sequence[DisclosureItem], *, key_id: UUID | None, now: datetime) -> list[Result]:
    return upserts.take_in(_TARGET, items, key_id=key_id, now=now)


_TARGET = Target(Disclosure, tuple(DisclosureItem.model_fields))
DISCLOSURES = Kind("disclosures", Disclosure, DisclosureItem, take_in_disclosures)
