"""The pages of the policy. Importing a module here puts its routes on the blueprint."""

from webapp.privacy.policy.routes import drafts, publication, reading
from webapp.privacy.policy.routes.blueprint import blueprint

__all__ = ["blueprint", "drafts", "publication", "reading"]
