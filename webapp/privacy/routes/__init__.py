"""The pages of this package. Importing a module here puts its routes on the blueprint."""

from webapp.privacy.routes import exports, my_data, processing_record
from webapp.privacy.routes.blueprint import blueprint

__all__ = ["blueprint", "exports", "my_data", "processing_record"]
