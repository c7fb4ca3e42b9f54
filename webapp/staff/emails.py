"""The emails of this package."""

from uuid import UUID

from flask_babel import lazy_gettext as _l

from webapp import links
from webapp.access import Role
from webapp.accounts.models import Account, Profile
from webapp.clock import utc_now
from webapp.db import db
from webapp.mail.catalogue import Content, Obsolete, service_email
from webapp.mail.models import Message
from webapp.staff import invitations
from webapp.staff.models import Invitation
from webapp.staff.words import ROLES


@service_email(
    "staff/invitation",
    title=_l("You are invited to work with us"),
    reason=_l("You get this because an administrator entered this address."),
)
def invitation(message: Message) -> Content:
    offered = db.session.get(Invitation, UUID(message.ids["invitation"]))
    if offered is None:
        raise Obsolete
    inviter = db.session.get(Profile, offered.invited_by)
    token = invitations.link_token(offered, now=utc_now())
    return Content(
        {
            "inviter": inviter.full_name if inviter else "",
            "role": ROLES[offered.role],
            "url": links.absolute_url("staff.invitation", token=token),
        }
    )


@service_email(
    "staff/role_changed",
    title=_l("Your role was changed"),
    reason=_l("You get this because you have an account with us. It is about what you may do with it."),
)
def role_changed(message: Message) -> Content:
    account = db.session.get(Account, message.subject_id)
    if account is None:
        raise Obsolete
    role = Role(message.ids["role"])
    return Content(
        {
            "name": account.profile.given_name,
            "role": ROLES[role],
            "works_here": role is not Role.CUSTOMER,
            "url": links.absolute_url("portal.overview"),
        }
    )
