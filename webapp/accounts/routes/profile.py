"""The profile page: every contact detail is a row that is edited in place."""

from flask import flash, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from webapp import language
from webapp.access import EVERYBODY_SIGNED_IN, allow
from webapp.accounts import email_changes, phones, postal, profiles
from webapp.accounts.forms import AddressForm, DetailsForm, Form, LanguageForm, NameForm, OrganizationForm, PhoneForm
from webapp.accounts.routes.blueprint import blueprint
from webapp.clock import utc_now
from webapp.db import db
from webapp.htmx import render, see_other, wants_fragment
from webapp.subjects.current import current_subject

FORMS: dict[str, type[DetailsForm]] = {
    "name": NameForm,
    "organization": OrganizationForm,
    "phone": PhoneForm,
    "address": AddressForm,
}
ROWS = {*FORMS, "email", "language"}


@blueprint.get("/account/profile")
@allow(EVERYBODY_SIGNED_IN)
def profile() -> ResponseReturnValue:
    """With `row`, which Cancel asks for, htmx gets only that row."""
    row = request.args.get("row")
    return show(row if row in ROWS else None)


@blueprint.get("/account/profile/<any(name, organization, phone, address):row>")
@allow(EVERYBODY_SIGNED_IN)
def edit_detail(row: str) -> ResponseReturnValue:
    return show(row, form=FORMS[row].of(current_user.account.profile))


@blueprint.post("/account/profile/<any(name, organization, phone, address):row>")
@allow(EVERYBODY_SIGNED_IN)
def save_detail(row: str) -> ResponseReturnValue:
    form = FORMS[row].of(current_user.account.profile)
    if not form.validate_on_submit():
        return show(row, form=form, status=422)
    profiles.change(current_user.account, form.details(), now=utc_now())
    db.session.commit()
    return saved(row, _("Saved."))


@blueprint.get("/account/profile/language")
@allow(EVERYBODY_SIGNED_IN)
def edit_language() -> ResponseReturnValue:
    return show("language", form=LanguageForm(current_subject().language))


@blueprint.post("/account/profile/language")
@allow(EVERYBODY_SIGNED_IN)
def save_language() -> ResponseReturnValue:
    form = LanguageForm(current_subject().language)
    if not form.validate_on_submit():
        return show("language", form=form, status=422)
    language.choose(form.language.data)
    profiles.change_language(current_subject(), form.language.data, now=utc_now())
    db.session.commit()
    return see_other(url_for("accounts.profile"))  # every word of the page changes


def show(
    row: str | None, *, form: Form | None = None, notice: str | None = None, status: int = 200
) -> ResponseReturnValue:
    """A row, open when it has a form: alone for htmx, on its page for everybody else."""
    details = current_user.account.profile
    return render(
        "accounts/profile.html",
        fragment=f"accounts/_{row}.html" if row else None,
        status=status,
        row=row,
        form=form,
        notice=notice,
        profile=details,
        phone=phones.international(details.phone),
        address_lines=postal.lines(details, language.current_language()),
        subject=current_subject(),
        email_change=email_changes.waiting(current_user.account, now=utc_now()),
    )


def saved(row: str, message: str) -> ResponseReturnValue:
    if wants_fragment():
        return show(row, notice=message)
    flash(message, "success")
    return see_other(url_for("accounts.profile", _anchor=f"profile-{row}"))
