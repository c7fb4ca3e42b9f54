"""The pages about deleting everything. Importing a module here puts its routes on the blueprint."""

from webapp.privacy.erasure.routes import account, confirmation, others, staff, stopping
from webapp.privacy.erasure.routes.blueprint import blueprint

__all__ = ["account", "blueprint", "confirmation", "others", "staff", "stopping"]
