"""The emails about second factors, and about the way back for somebody who lost them."""

from typing import Any
from uuid import UUID

from flask_babel import lazy_gettext as _l

from webapp import links
from webapp.accounts.emails import HAS_ACCOUNT
from webapp.accounts.factors import recoveries
from webapp.accounts.factors.models import AccountRecovery
from webapp.accounts.models import Account
from webapp.audit import Action
from webapp.clock import utc_now
from webapp.db import db
from webapp.links import Purpose
from webapp.mail.catalogue import Content, Obsolete, service_email
from webapp.mail.models import Message

STOP = Purpose.CANCEL_RECOVERY
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


@service_email("accounts/recovery_waiting", title=_l("Your account is about to be recovered"), reason=HAS_ACCOUNT)
def recovery_waiting(message: Message) -> Content:
    recovery = _open_recovery(message)
    return _about(recovery, due_at=recovery.due_at, stop_url=_link("accounts.stop_recovery", recovery, STOP))


@service_email("accounts/recovery_ready", title=_l("Choose a password for your account"), reason=HAS_ACCOUNT)
def recovery_ready(message: Message) -> Content:
    recovery = _open_recovery(message)
    url = _link("accounts.recover", recovery, Purpose.RECOVER_ACCOUNT)
    return _about(recovery, url=url, stop_url=_link("accounts.stop_recovery", recovery, STOP))


@service_email("accounts/recovery_cancelled", title=_l("The recovery of your account was stopped"), reason=HAS_ACCOUNT)
def recovery_cancelled(message: Message) -> Content:
    return _about(_recovery(message))


def _about(recovery: AccountRecovery, **variables: Any) -> Content:
    return Content({"name": recovery.account.profile.given_name, **variables})


def _link(endpoint: str, recovery: AccountRecovery, purpose: Purpose) -> str:
    return links.absolute_url(endpoint, token=recoveries.link_token(purpose, recovery, now=utc_now()))


def _open_recovery(message: Message) -> AccountRecovery:
    recovery = _recovery(message)
    if not recovery.is_open:
        raise Obsolete
    return recovery


def _recovery(message: Message) -> AccountRecovery:
    recovery = recoveries.find(UUID(message.ids["recovery"]))
    if recovery is None:
        raise Obsolete
    return recovery
