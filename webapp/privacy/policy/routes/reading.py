"""What everybody may read: the policy that holds, each version, and what is different between two."""

from flask import abort, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from webapp.access import public
from webapp.clock import utc_now
from webapp.db import db
from webapp.htmx import render, see_other
from webapp.language import current_language
from webapp.privacy.policy import differences, showings, versions
from webapp.privacy.policy.document import compose, html_of
from webapp.privacy.policy.models import PolicyVersion, Way
from webapp.privacy.policy.routes.blueprint import blueprint


@blueprint.get("/privacy-policy")
@public
def current() -> ResponseReturnValue:
    held = versions.in_force(now=utc_now()) or versions.latest()
    return _show(held) if held else render("privacy/policy/none.html")


@blueprint.get("/privacy-policy/<int:number>")
@public
def version(number: int) -> ResponseReturnValue:
    return _show(_find(number))


@blueprint.get("/privacy-policy/versions")
@public
def all_versions() -> ResponseReturnValue:
    published = versions.published()
    held = versions.held_of(published, now=utc_now())
    return render("privacy/policy/versions.html", published=published, held=held)


@blueprint.get("/privacy-policy/<int:older>/changes/<int:newer>")
@public
def changes(older: int, newer: int) -> ResponseReturnValue:
    if older >= newer:
        return see_other(url_for(".version", number=newer))
    before, after = _find(older), _find(newer)
    code = language_of(after)
    page = render(
        "privacy/policy/changes.html",
        before=before,
        after=after,
        language=code,
        news=html_of(after.changes.get(code, ""), after.inventories[code]["facts"]),
        changes=differences.between(*(_lines(each, code) for each in (before, after))),
        published=versions.published(),
    )
    _note_reading(after)
    return page


def language_of(version: PolicyVersion) -> str:
    """The reader's, or another one in a version that was written before theirs was offered."""
    return current_language() if current_language() in version.texts else next(iter(version.texts))


def _show(version: PolicyVersion) -> ResponseReturnValue:
    code, latest = language_of(version), versions.latest()
    page = render(
        "privacy/policy/policy.html",
        version=version,
        language=code,
        document=compose(version.texts[code], version.inventories[code]),
        news=html_of(version.changes.get(code, ""), version.inventories[code]["facts"]),
        held=versions.in_force(now=utc_now()),
        latest=latest,
    )
    _note_reading(version)
    return page


def _note_reading(version: PolicyVersion) -> None:
    """After the page is made: a commit would make it read everything anew."""
    if current_user.is_authenticated and request.method == "GET":
        showings.record(current_user.subject.id, version.number, Way.PAGE, now=utc_now())
        db.session.commit()


def _find(number: int) -> PolicyVersion:
    return versions.find(number) or abort(404)


def _lines(version: PolicyVersion, code: str) -> list[differences.Line]:
    own = code if code in version.texts else next(iter(version.texts))
    return differences.lines_of(version.texts[own], version.inventories[own])
