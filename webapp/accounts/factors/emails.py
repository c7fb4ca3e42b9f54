"""The emails about second factors."""

from flask_babel import lazy_gettext as _l

from webapp import links
from webapp.accounts.emails import HAS_ACCOUNT
from webapp.accounts.models import Account
from webapp.audit import Action
from webapp.db import db
from webapp.mail.catalogue import Content, Obsolete, service_email
from webapp.mail.models import Message

CHANGES = {
    Action.AUTHENTICATOR_ADDED: _l("An authenticator app was added"),
    Action.AUTHENTICATOR_REMOVED: _l("The authenticator app was removed"),
    Action.PASSKEY_ADDED: _l("A passkey was added"),
    Action.PASSKEY_REMOVED: _l("A passkey was removed"),
    Action.RECOVERY_CODES_MADE: _l("New recovery codes were made"),
    Action.RECOVERY_CODE_USED: _l("A recovery code was used to sign in"),
}


@service_email("accounts/second_factor_changed", title=_l("A change to how you sign in"), reason=HAS_ACCOUNT)
def second_factor_changed(message: Message) -> Content:
    account = db.session.get(Account, message.subject_id)
    if account is None:
        raise Obsolete
    variables = {
        "name": account.profile.given_name,
        "what": str(CHANGES[Action(message.ids["action"])]),
        "when": message.created_at,
        "security_url": links.absolute_url("accounts.security"),
        "reset_url": links.absolute_url("accounts.forgotten"),
    }
    return Content(variables)
