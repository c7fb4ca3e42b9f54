"""One customer's pages, for staff to look at: with a reason, for half an hour, and nothing can be changed there."""

from collections.abc import Callable
from functools import wraps
from uuid import UUID

from flask import Blueprint, abort, flash, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from webapp.access import STAFF, allow
from webapp.accounts.routes.blueprint import TRIES
from webapp.clock import utc_now
from webapp.db import db
from webapp.guard import limiter
from webapp.htmx import render, see_other
from webapp.language import OWN_NAMES
from webapp.paging import OnDay
from webapp.portal import billing_form, customer_overview, email_history, payment_overview
from webapp.portal.customer_overview import Customer
from webapp.portal.email_history import Place as EmailPlace
from webapp.privacy import my_data, records
from webapp.privacy.data_map.vocabulary import Category
from webapp.products import billing_addresses, products
from webapp.staff.customers import search as searching
from webapp.staff.customers import views
from webapp.staff.forms import ReasonForm, SearchForm
from webapp.staff.models import CustomerSearch
from webapp.subjects.addresses import masked
from webapp.subjects.current import current_subject
from webapp.subjects.models import Subject

blueprint = Blueprint("customers", __name__)

Page = Callable[[Customer], ResponseReturnValue]


@blueprint.get("/staff/customers")
@allow(STAFF)
def customers() -> ResponseReturnValue:
    return render("customers/search.html", form=SearchForm())


@blueprint.post("/staff/customers")
@allow(STAFF)
@limiter.limit(TRIES)
def search() -> ResponseReturnValue:
    """What is looked for stands in no address: those are kept by browsers and logs."""
    form = SearchForm()
    if not form.validate_on_submit():
        return render("customers/search.html", form=form, status=422)
    noted = searching.note(form.terms.data, reason=form.reason.data, by=current_subject(), now=utc_now())
    db.session.commit()
    return see_other(url_for(".found", search_id=noted.id))


@blueprint.get("/staff/customers/searches/<uuid:search_id>")
@allow(STAFF)
def found(search_id: UUID) -> ResponseReturnValue:
    noted = _open_search(search_id)
    if noted is None:
        return _over()
    terms = searching.terms_of(noted, current_subject())
    people = searching.find(terms)
    return render("customers/found.html", search=noted, terms=terms, people=people, most=searching.MOST, masked=masked)


@blueprint.post("/staff/customers/searches/<uuid:search_id>/<uuid:subject_id>")
@allow(STAFF)
@limiter.limit(TRIES)
def open_found(search_id: UUID, subject_id: UUID) -> ResponseReturnValue:
    """For the reason that was given with the search."""
    noted, subject = _open_search(search_id), db.get_or_404(Subject, subject_id)
    if noted is None:
        return _over()
    views.open_view(subject, reason=noted.reason, by=current_subject(), now=utc_now())
    db.session.commit()
    return see_other(url_for(".customer", subject_id=subject_id))


@blueprint.get("/staff/customers/<uuid:subject_id>/access")
@allow(STAFF)
def access(subject_id: UUID) -> ResponseReturnValue:
    """Asks for the reason anew. It names nobody."""
    return render("customers/access.html", subject_id=subject_id, form=ReasonForm())


@blueprint.post("/staff/customers/<uuid:subject_id>/access")
@allow(STAFF)
@limiter.limit(TRIES)
def open_access(subject_id: UUID) -> ResponseReturnValue:
    form = ReasonForm()
    if not form.validate_on_submit():
        return render("customers/access.html", subject_id=subject_id, form=form, status=422)
    subject = db.get_or_404(Subject, subject_id)
    views.open_view(subject, reason=form.reason.data, by=current_subject(), now=utc_now())
    db.session.commit()
    return see_other(url_for(".customer", subject_id=subject_id))


@blueprint.post("/staff/customers/<uuid:subject_id>/access/end")
@allow(STAFF)
def end_access(subject_id: UUID) -> ResponseReturnValue:
    if view := views.running(subject_id, by=current_subject(), now=utc_now()):
        views.end(view, now=utc_now())
        db.session.commit()
    flash(_("Closed. To look again, give a reason again."), "success")
    return see_other(url_for(".customers"))


def with_access(page: Page) -> Callable[[UUID], ResponseReturnValue]:
    """Under the access mark: only while the look lasts; otherwise the reason is asked for."""

    @wraps(page)
    def guarded(subject_id: UUID) -> ResponseReturnValue:
        looked_at = customer_overview.customer(subject_id, by=current_subject(), now=utc_now())
        if looked_at is None:
            return see_other(url_for(".access", subject_id=subject_id))
        return page(looked_at)

    return guarded


@blueprint.get("/staff/customers/<uuid:subject_id>")
@allow(STAFF)
@with_access
def customer(customer: Customer) -> ResponseReturnValue:
    overview = customer_overview.of(customer.subject)
    return render("customers/profile.html", customer=customer, overview=overview, language_names=OWN_NAMES)


@blueprint.get("/staff/customers/<uuid:subject_id>/products")
@allow(STAFF)
@with_access
def customer_products(customer: Customer) -> ResponseReturnValue:
    shelf = products.shelf(customer.subject.id)
    return render("customers/products.html", customer=customer, shelf=shelf, today=utc_now().date())


@blueprint.get("/staff/customers/<uuid:subject_id>/payments")
@allow(STAFF)
@with_access
def customer_payments(customer: Customer) -> ResponseReturnValue:
    places = {name: request.args.get(name, type=OnDay.parse) for name in ("older_than", "newer_than")}
    overview = payment_overview.of(customer.subject, today=utc_now().date(), **places)
    billing = billing_form.lines(billing_addresses.of(customer.subject))
    return render("customers/payments.html", customer=customer, overview=overview, billing=billing)


@blueprint.get("/staff/customers/<uuid:subject_id>/emails")
@allow(STAFF)
@with_access
def customer_emails(customer: Customer) -> ResponseReturnValue:
    older, newer = (request.args.get(name, type=EmailPlace.parse) for name in ("older_than", "newer_than"))
    history = email_history.page(customer.subject, older_than=older, newer_than=newer)
    return render("customers/emails.html", customer=customer, history=history)


@blueprint.get("/staff/customers/<uuid:subject_id>/requests")
@allow(STAFF)
@with_access
def customer_requests(customer: Customer) -> ResponseReturnValue:
    held = my_data.category(customer.subject, Category.REQUEST)
    return render("customers/requests.html", customer=customer, held=held, readable=records.readable)


def _open_search(search_id: UUID) -> CustomerSearch | None:
    """A colleague's is none of mine."""
    noted = db.session.get(CustomerSearch, search_id)
    if noted is not None and noted.searched_by != current_subject().id:
        abort(404)
    return noted if noted and searching.is_open(noted, by=current_subject(), now=utc_now()) else None


def _over() -> ResponseReturnValue:
    flash(_("This search is over. Please look again, and say why."), "info")
    return see_other(url_for(".customers"))
