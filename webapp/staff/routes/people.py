"""The people who work here: inviting them, changing what they may do, ending it."""

from uuid import UUID

from flask import abort, flash, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from webapp.access import ADMINISTRATION, Role, allow
from webapp.accounts.models import Account
from webapp.accounts.proofs import fresh_proof
from webapp.accounts.routes.blueprint import TRIES
from webapp.clock import utc_now
from webapp.db import db
from webapp.guard import limiter
from webapp.htmx import render, see_other, wants_fragment
from webapp.staff import invitations
from webapp.staff import people as people_here
from webapp.staff.forms import InvitationForm, RoleForm
from webapp.staff.invitations import WorksHere
from webapp.staff.models import Invitation
from webapp.staff.people import NoAdministrator, OwnRole
from webapp.staff.routes.blueprint import blueprint
from webapp.staff.words import ROLES
from webapp.subjects.current import current_subject


@blueprint.get("/staff/people")
@allow(ADMINISTRATION)
def people() -> ResponseReturnValue:
    return _show_people()


@blueprint.get("/staff/people/invitation")
@allow(ADMINISTRATION)
@fresh_proof
def invite() -> ResponseReturnValue:
    return render("staff/invite.html", form=InvitationForm())


@blueprint.post("/staff/people/invitation")
@allow(ADMINISTRATION)
@fresh_proof
@limiter.limit(TRIES)
def send_invitation() -> ResponseReturnValue:
    form = InvitationForm()
    if not form.validate_on_submit():
        return render("staff/invite.html", form=form, status=422)
    try:
        invited = invitations.invite(form.email.data, form.chosen, by=current_subject(), now=utc_now())
    except WorksHere:
        form.email.errors = [_("This person works here already. Change the role in the list of people.")]
        return render("staff/invite.html", form=form, status=422)
    db.session.commit()
    flash(_("The invitation is on its way to %(address)s.", address=invited.subject.email), "success")
    return see_other(url_for(".people"))


@blueprint.post("/staff/people/invitations/<uuid:invitation_id>/withdrawal")
@allow(ADMINISTRATION)
def withdraw_invitation(invitation_id: UUID) -> ResponseReturnValue:
    invitation = db.session.get(Invitation, invitation_id)
    if invitation:
        invitations.withdraw(invitation, by=current_subject(), now=utc_now())
        db.session.commit()
    said = _("The invitation is withdrawn. Its link leads nowhere now.")
    if wants_fragment():
        return _show_people(said=said)
    flash(said, "success")
    return see_other(url_for(".people"))


@blueprint.get("/staff/people/<uuid:subject_id>/role")
@allow(ADMINISTRATION)
@fresh_proof
def edit_role(subject_id: UUID) -> ResponseReturnValue:
    colleague = _colleague(subject_id)
    return render("staff/role.html", colleague=colleague, form=RoleForm(colleague.role))


@blueprint.post("/staff/people/<uuid:subject_id>/role")
@allow(ADMINISTRATION)
@fresh_proof
def change_role(subject_id: UUID) -> ResponseReturnValue:
    colleague, form = _colleague(subject_id), RoleForm()
    if not form.validate_on_submit():
        return render("staff/role.html", colleague=colleague, form=form, status=422)
    _give(colleague, form.chosen)
    flash(_("%(name)s has a new role: %(role)s.", name=_name(colleague), role=ROLES[form.chosen]), "success")
    return see_other(url_for(".people"))


@blueprint.get("/staff/people/<uuid:subject_id>/departure")
@allow(ADMINISTRATION)
@fresh_proof
def departure(subject_id: UUID) -> ResponseReturnValue:
    return render("staff/departure.html", colleague=_colleague(subject_id))


@blueprint.post("/staff/people/<uuid:subject_id>/departure")
@allow(ADMINISTRATION)
@fresh_proof
def end_access(subject_id: UUID) -> ResponseReturnValue:
    colleague = db.get_or_404(Account, subject_id)
    _give(colleague, Role.CUSTOMER)
    flash(_("%(name)s has no access any more and is signed out everywhere.", name=_name(colleague)), "success")
    return see_other(url_for(".people"))


def _colleague(subject_id: UUID) -> Account:
    """Somebody who works here, and not the one who asks."""
    account = db.get_or_404(Account, subject_id)
    if account.role is Role.CUSTOMER or account is current_user.account:
        abort(404)
    return account


def _give(colleague: Account, role: Role) -> None:
    try:
        people_here.change_role(colleague, role, by=current_user.account, now=utc_now())
    except OwnRole:
        abort(404)
    except NoAdministrator:
        abort(403)
    db.session.commit()


def _name(account: Account) -> str:
    return account.profile.full_name or account.subject.email


def _show_people(*, said: str | None = None) -> ResponseReturnValue:
    now = utc_now()
    return render(
        "staff/people.html",
        fragment="staff/_invitations.html",
        colleagues=people_here.colleagues() if said is None else [],
        invitations=invitations.waiting(now=now),
        lifetime=invitations.LIFETIME,
        roles=ROLES,
        said=said,
        now=now,
    )
