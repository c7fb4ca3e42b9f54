"""The email that leads a customer to their account. It names nobody: the mailbox may have another reader by now."""

from flask_babel import lazy_gettext as _l

from webapp import links
from webapp.accounts.activation import activations
from webapp.accounts.activation.models import Activation
from webapp.clock import utc_now
from webapp.db import db
from webapp.mail.catalogue import Content, Obsolete, service_email
from webapp.mail.models import Message
from webapp.subjects.models import Subject


@service_email(
    activations.EMAIL,
    title=_l("Your account is waiting for you"),
    reason=_l("You get this because a customer of ours gave us this address."),
)
def activation(message: Message) -> Content:
    subject = db.session.get_one(Subject, message.subject_id)
    activation = db.session.get(Activation, subject.id)
    if activation is None or activation.refused_at or not activations.waits(subject):
        raise Obsolete
    token = activations.link_token(subject, now=utc_now())
    return Content(
        {
            "url": links.absolute_url("accounts.activate", token=token),
            "not_me_url": links.absolute_url("accounts.refuse_activation", token=token),
        }
    )
