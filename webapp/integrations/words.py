"""What a key may do, in words."""

from flask_babel import lazy_gettext as _l

from webapp.access import Scope

SCOPES = {Scope.INTERACTIONS_WRITE: _l("Report interactions of apps and sites")}
