"""Where the policy is looked after, and the next version is written."""

from uuid import UUID

from flask import Response, abort, flash, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user
from sqlalchemy import select

from webapp.access import POLICY, allow
from webapp.accounts.models import Profile
from webapp.clock import utc_now
from webapp.config import settings
from webapp.db import db
from webapp.htmx import render, see_other, wants_fragment
from webapp.privacy import inventory
from webapp.privacy.policy import differences, drafts, obstacles, publishing, showings, versions
from webapp.privacy.policy.document import FACTS, GENERATED, Inventory, compose, html_of
from webapp.privacy.policy.drafts import ChangedMeanwhile, NoDraft
from webapp.privacy.policy.facts import facts
from webapp.privacy.policy.forms import LONGEST_TEXT, DraftForm
from webapp.privacy.policy.models import PolicyState, PolicyVersion
from webapp.privacy.policy.routes.blueprint import blueprint
from webapp.subjects.current import current_subject

OUTCOME = "privacy/policy/_outcome.html"
DAYS_SHOWN = 30


@blueprint.get("/staff/policy")
@allow(POLICY)
def overview() -> ResponseReturnValue:
    draft, published, now = versions.in_the_making(), versions.published(), utc_now()
    tallies = showings.tally()
    return render(
        "privacy/policy/overview.html",
        draft=draft,
        obstacles=obstacles.of(draft) if draft else [],
        content=publishing.content_of(draft) if draft else "",
        may_publish=draft is not None and publishing.may_publish(draft, current_subject()),
        published=published,
        held=versions.held_of(published, now=now),
        counts=showings.totals(tallies),
        days=showings.by_day(tallies, published[0].number, days=DAYS_SHOWN, now=now) if published else [],
        names=names_of(*([draft] if draft else []), *published),
        behind=publishing.is_behind(published[0]) if published else False,
    )


@blueprint.post("/staff/policy/draft")
@allow(POLICY)
def start() -> ResponseReturnValue:
    drafts.start(by=current_subject(), now=utc_now())
    db.session.commit()
    return see_other(url_for(".edit", language=settings().languages[0]))


@blueprint.get("/staff/policy/draft/<language>")
@allow(POLICY)
def edit(language: str) -> ResponseReturnValue:
    draft = _draft_in(language)
    return _editor(draft, language, DraftForm(draft, language)) if draft else _gone()


@blueprint.post("/staff/policy/draft/<language>")
@allow(POLICY)
def save(language: str) -> ResponseReturnValue:
    """Saves, and then goes where the pressed button says: nowhere, to another language, or to the reading."""
    draft, form, now = _draft_in(language), DraftForm(), utc_now()
    if draft is None:
        return _gone()
    if not form.validate_on_submit():
        return _editor(draft, language, form, status=422)
    try:
        text, news = form.text.data, form.news.data
        drafts.change(language, text, news, seen=form.seen_mark, by=current_subject(), now=now)
    except ChangedMeanwhile:
        return _editor(draft, language, form, conflict=True, status=422)
    except NoDraft:
        return _gone()
    db.session.commit()
    return _saved(draft, language)


@blueprint.post("/staff/policy/draft/<language>/preview")
@allow(POLICY)
def preview(language: str) -> ResponseReturnValue:
    """What stands in the form, as people would read it. Saves nothing."""
    if _draft_in(language) is None:
        return _gone()
    text = str(DraftForm().text.data)[:LONGEST_TEXT]
    fragment, document = "privacy/policy/_preview.html", compose(text, {"facts": facts()})
    return render(fragment, language=language, document=document, problems=list(obstacles.of_text(text)))


@blueprint.get("/staff/policy/draft/<language>/reading")
@allow(POLICY)
def read(language: str) -> ResponseReturnValue:
    """What is different in it, or all of it, with what the data map says."""
    draft, before = _draft_in(language), versions.latest()
    if draft is None:
        return _gone()
    whole = before is None or request.args.get("show") == "whole"
    return render(
        "privacy/policy/proposal.html",
        version=draft,
        language=language,
        document=compose(draft.texts.get(language, ""), _said(draft, language)) if whole else None,
        changes=_differences(before, draft, language) if before and not whole else [],
        news=html_of(draft.changes.get(language, ""), facts()),
        before=before,
        may_publish=draft.state is PolicyState.PROPOSED and publishing.may_publish(draft, current_subject()),
        names=names_of(draft),
    )


@blueprint.get("/staff/policy/deletion")
@allow(POLICY)
def deletion() -> ResponseReturnValue:
    draft = versions.in_the_making()
    return render("privacy/policy/deletion.html", draft=draft, names=names_of(draft)) if draft else _gone()


@blueprint.post("/staff/policy/deletion")
@allow(POLICY)
def discard() -> ResponseReturnValue:
    drafts.discard(by=current_subject(), now=utc_now())
    db.session.commit()
    flash(_("The draft is thrown away."), "success")
    return see_other(url_for(".overview"))


def names_of(*shown: PolicyVersion) -> dict[UUID | None, str]:
    """Of the people who wrote, proposed and published them. Who is gone has none."""
    people = {person for each in shown for person in (*each.editors, each.proposed_by, each.approved_by) if person}
    profiles = db.session.scalars(select(Profile).where(Profile.subject_id.in_(people)))
    return {profile.subject_id: profile.full_name for profile in profiles}


def _draft_in(language: str) -> PolicyVersion | None:
    return versions.in_the_making() if language in settings().languages else abort(404)


def _gone() -> Response:
    flash(_("There is no draft any more: it was published or thrown away."), "info")
    return see_other(url_for(".overview"))


def _editor(
    draft: PolicyVersion, language: str, form: DraftForm, *, conflict: bool = False, status: int = 200
) -> Response:
    before = versions.latest()
    return render(
        "privacy/policy/edit.html",
        fragment=OUTCOME,
        status=status,
        draft=draft,
        language=language,
        form=form,
        conflict=conflict,
        mark=form.seen.data,
        current_mark=drafts.mark(draft, language),
        document=compose(form.text.data or "", {"facts": facts()}),
        problems=list(obstacles.of_text(form.text.data or "")),
        generated=GENERATED,
        facts=FACTS,
        before=before,
        names=names_of(draft),
        writes_already=current_user.subject.id in draft.editors,
    )


def _saved(draft: PolicyVersion, language: str) -> Response:
    then = request.form.get("then", "")
    if then in settings().languages:
        return see_other(url_for(".edit", language=then))
    if then == "overview":
        return see_other(url_for(".overview"))
    if not wants_fragment():
        flash(_("Saved."), "success")
        return see_other(url_for(".edit", language=language))
    mark = drafts.mark(draft, language)
    return render(OUTCOME, fragment=OUTCOME, draft=draft, language=language, mark=mark, message=_("Saved."))


def _differences(before: PolicyVersion, draft: PolicyVersion, language: str) -> list[differences.Change]:
    own = language if language in before.texts else next(iter(before.texts))
    older = differences.lines_of(before.texts[own], before.inventories[own])
    return differences.between(older, differences.lines_of(draft.texts.get(language, ""), _said(draft, language)))


def _said(draft: PolicyVersion, language: str) -> Inventory:
    """What the data map said when it was proposed, or says now."""
    return draft.inventories.get(language) or inventory.snapshot(language) | {"facts": facts()}
