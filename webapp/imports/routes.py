"""Files that staff imports: uploaded, their columns confirmed, tried, taken in, and what was refused."""

from collections.abc import Iterator
from io import StringIO
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, abort, flash, request, stream_with_context, url_for
from flask.typing import ResponseReturnValue

from webapp.access import POLICY, allow
from webapp.accounts.forms import Form
from webapp.accounts.proofs import fresh_proof
from webapp.audit import Action
from webapp.clock import utc_now
from webapp.config import settings
from webapp.db import db
from webapp.guard import limiter, takes_files
from webapp.htmx import render, render_or_redirect, see_other
from webapp.imports import imports, progress, refusals
from webapp.imports.columns import COLUMNS
from webapp.imports.encodings import NotACsv, Writing
from webapp.imports.forms import UploadForm, WritingForm, field_name, form_for
from webapp.imports.models import Import, Kind
from webapp.imports.words import FILES, KINDS
from webapp.spreadsheets import SafeWriter
from webapp.subjects import trail
from webapp.subjects.current import current_subject

blueprint = Blueprint("imports", __name__)
SHOWN: dict[str, Any] = {"kinds": KINDS, "files": FILES, "shown_columns": 8}


@blueprint.get("/staff/imports")
@allow(POLICY)
def overview() -> ResponseReturnValue:
    return render("imports/overview.html", imports=imports.newest(), now=utc_now(), **SHOWN)


@blueprint.get("/staff/imports/new")
@allow(POLICY)
def new() -> ResponseReturnValue:
    return _upload_page(UploadForm(data={"kind": request.args.get("kind")}))


@blueprint.post("/staff/imports/new")
@allow(POLICY)
@takes_files(lambda: settings().import_limit_bytes)
@limiter.limit("60 per hour")
def upload() -> ResponseReturnValue:
    form = UploadForm()
    if not form.validate_on_submit():
        return _upload_page(form, status=422)
    given, now = form.file.data, utc_now()
    try:
        received = imports.receive(
            given.stream, Kind(form.kind.data), name=given.filename, by=current_subject(), now=now
        )
    except NotACsv as problem:
        form.file.errors = [str(FILES[str(problem)])]
        return _upload_page(form, status=422)
    db.session.commit()
    imports.keep(received, given.stream)
    return see_other(url_for(".columns", import_id=received.id))


@blueprint.get("/staff/imports/columns/<kind>")
@allow(POLICY)
def example(kind: str) -> ResponseReturnValue:
    """A file with the names of the columns and nothing else."""
    if kind not in set(Kind):
        abort(404)
    out = StringIO()
    SafeWriter(out).write([column.field for column in COLUMNS[Kind(kind)]])
    return _as_csv(out.getvalue(), f"{kind}.csv")


@blueprint.get("/staff/imports/<uuid:import_id>/columns")
@allow(POLICY)
def columns(import_id: UUID) -> ResponseReturnValue:
    return _columns_page(_with_file(import_id))


@blueprint.post("/staff/imports/<uuid:import_id>/columns")
@allow(POLICY)
def check(import_id: UUID) -> ResponseReturnValue:
    found = _with_file(import_id)
    form = form_for(found, _first_rows(found))
    if not form.validate_on_submit():
        return _columns_page(found, form, status=422)
    imports.check(found, form.mapping, dates=form.dates.data, decimal=form.decimal.data, now=utc_now())
    db.session.commit()
    return see_other(url_for(".show", import_id=import_id))


@blueprint.post("/staff/imports/<uuid:import_id>/writing")
@allow(POLICY)
def rewrite(import_id: UUID) -> ResponseReturnValue:
    """The characters or the separator were not what they were taken for."""
    found, form = _with_file(import_id), WritingForm()
    if form.validate_on_submit() and not found.working:
        try:
            imports.rewrite(found, Writing(form.encoding.data, form.separator.data, found.starts))
            db.session.commit()
        except NotACsv as problem:
            flash(FILES[str(problem)], "danger")
    return see_other(url_for(".columns", import_id=import_id))


@blueprint.get("/staff/imports/<uuid:import_id>")
@allow(POLICY)
def show(import_id: UUID) -> ResponseReturnValue:
    found, after = _found(import_id), request.args.get("after", 0, int)
    return render("imports/import.html", fragment="imports/_import.html", **_state(found, after=after))


@blueprint.post("/staff/imports/<uuid:import_id>/start")
@allow(POLICY)
@fresh_proof
def start(import_id: UUID) -> ResponseReturnValue:
    imports.start(_with_file(import_id), by=current_subject(), now=utc_now())
    db.session.commit()
    return see_other(url_for(".show", import_id=import_id))


@blueprint.post("/staff/imports/<uuid:import_id>/cancellation")
@allow(POLICY)
def cancel(import_id: UUID) -> ResponseReturnValue:
    """What was taken in stays; the file goes."""
    imports.cancel(_found(import_id), by=current_subject(), now=utc_now())
    db.session.commit()
    here = url_for(".show", import_id=import_id)
    return render_or_redirect(here, fragment="imports/_import.html", **_state(_found(import_id), after=0))


@blueprint.get("/staff/imports/<uuid:import_id>/refused")
@allow(POLICY)
@fresh_proof
def refused(import_id: UUID) -> ResponseReturnValue:
    found = _with_file(import_id)
    trail.record(Action.IMPORT_REFUSALS_DOWNLOADED, current_subject(), now=utc_now(), name=found.file_name)
    db.session.commit()
    return _as_csv(stream_with_context(_refused_rows(found)), f"refused-{found.kind}.csv")


def _refused_rows(found: Import) -> Iterator[str]:
    out = StringIO()
    with imports.open_file(found, start=found.starts) as file:
        for _piece in refusals.write(found, file, out):
            yield out.getvalue()
            out.seek(0)
            out.truncate()
    yield out.getvalue()


def _as_csv(content: str | Iterator[str], name: str) -> Response:
    response = Response(content, mimetype="text/csv")
    response.headers.set("Content-Disposition", "attachment", filename=name)
    return response


def _upload_page(form: UploadForm, *, status: int = 200) -> Response:
    return render("imports/new.html", form=form, limit=settings().import_limit_bytes, status=status, **SHOWN)


def _columns_page(found: Import, form: Form | None = None, *, status: int = 200) -> Response:
    rows = _first_rows(found)
    form = form or form_for(found, rows)
    writing = WritingForm(data={"encoding": found.encoding, "separator": found.separator})
    fields = [form[field_name(column)] for column in COLUMNS[found.kind]]
    return render(
        "imports/columns.html",
        found=found,
        form=form,
        fields=fields,
        writing=writing,
        rows=rows,
        status=status,
        **SHOWN,
    )


def _first_rows(found: Import) -> list[list[str]]:
    with imports.open_file(found, start=found.starts) as file:
        return imports.first_rows(file, found.writing)


def _state(found: Import, *, after: int) -> dict[str, Any]:
    shown = refusals.some(found, after=after, most=refusals.SHOWN + 1)
    listed = [(refusal.line, refusals.reasons(found, refusal)) for refusal in shown[: refusals.SHOWN]]
    more = listed[-1][0] if len(shown) > refusals.SHOWN else None
    state = {"found": found, "listed": listed, "after": after, "more": more}
    why, how_far = refusals.most_frequent(found), progress.of(found, now=utc_now())
    return state | {"why_refused": why, "progress_of_it": how_far, **SHOWN}


def _found(import_id: UUID) -> Import:
    return imports.find(import_id) or abort(404)


def _with_file(import_id: UUID) -> Import:
    found = _found(import_id)
    return found if found.has_file else abort(410)
