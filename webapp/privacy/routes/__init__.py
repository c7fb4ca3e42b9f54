"""The pages of this package. Importing a module here puts its routes on the blueprint."""

from webapp.privacy.routes import (
    backups,
    collection,
    exports,
    my_data,
    processing_record,
    receipts,
    sharing,
    staff_copies,
    staff_erasures,
)
from webapp.privacy.routes.blueprint import blueprint

__all__ = [
    "backups",
    "blueprint",
    "collection",
    "exports",
    "my_data",
    "processing_record",
    "receipts",
    "sharing",
    "staff_copies",
    "staff_erasures",
]
