"""The routes of every kind of thing: read one, list them, store one, store many, delete one."""

from collections.abc import Callable
from typing import Any

from flask import Response, request
from flask.typing import ResponseReturnValue
from pydantic import ValidationError
from pydantic_core import to_json

from webapp.access import Refused, Scope
from webapp.api import bodies, cursors, lists, preconditions, shown
from webapp.api.bearer import key_needed
from webapp.api.blueprint import blueprint
from webapp.api.idempotency import answered_once
from webapp.api.operations import described
from webapp.api.shown import VIEWS, View
from webapp.api.told import deleting, listing, reading, storing, storing_many
from webapp.clock import utc_now
from webapp.db import db
from webapp.errors import problem
from webapp.integrations.intake import removal
from webapp.integrations.intake.kinds import explain, take_in_raw
from webapp.integrations.intake.results import Outcome, Result
from webapp.integrations.intake.types import EXTERNAL_ID, Item
from webapp.integrations.models import ApiKey
from webapp.links import absolute_url

Route = Callable[..., ResponseReturnValue]


def add_routes(view: View) -> None:
    kind = view.kind
    one = f"/{kind.name}/<external_id>"
    _add("GET", one, kind.reading, described(reading(view))(_read(view)))
    _add("GET", f"/{kind.name}", kind.reading, described(listing(view))(_list(view)))
    _add("PUT", one, kind.writing, described(storing(view))(_store(view)))
    _add("POST", f"/{kind.name}", kind.writing, described(storing_many(view))(answered_once(_store_many(view))))
    if kind in removal.HOW:
        _add("DELETE", one, kind.writing, described(deleting(view))(_delete(view)))


def _add(method: str, path: str, scope: Scope, route: Route) -> None:
    name = f"{method.lower()}{path.replace('/', '_').replace('<', '').replace('>', '')}".replace("-", "_")
    blueprint.add_url_rule(path, name, key_needed(scope)(route), methods=[method])


def _read(view: View) -> Route:
    def read(key: ApiKey, external_id: str) -> ResponseReturnValue:
        return _with_etag(_found(view, external_id)).make_conditional(request)

    return read


def _list(view: View) -> Route:
    def list_some(key: ApiKey) -> ResponseReturnValue:
        limit, after, customer = cursors.read()
        found = shown.some(view, after=after, limit=limit + 1, customer=customer)
        page = found[:limit]
        more = len(found) > limit
        following = cursors.write(page[-1]["external_id"], limit=limit, customer=customer) if more else None
        return _json(
            {view.kind.plural: page, "next": following and absolute_url(request.endpoint or "") + f"?{following}"}
        )

    return list_some


def _store(view: View) -> Route:
    def store(key: ApiKey, external_id: str) -> ResponseReturnValue:
        item = _valid(view, external_id, bodies.read_object())
        preconditions.check(view, external_id)
        result = view.kind.take_in([item], key_id=key.id, now=utc_now())[0]
        db.session.commit()
        if result.outcome is Outcome.REFUSED:
            return problem(422, "Refused", result.detail, reason=result.reason)
        held = shown.one(view, external_id)
        headers = {"ETag": shown.etag(held)} if held else {}
        return _json(_told(result), 201 if result.outcome is Outcome.CREATED else 200, headers)

    return store


def _store_many(view: View) -> Route:
    def store_many(key: ApiKey) -> ResponseReturnValue:
        raw = bodies.read_list(view.kind.plural, most=lists.MOST, largest=bodies.LARGEST_BATCH)
        results = take_in_raw(view.kind, raw, key_id=key.id, now=utc_now())
        return _json(lists.counted([_told(one) for one in results], Outcome))

    return store_many


def _delete(view: View) -> Route:
    def delete(key: ApiKey, external_id: str) -> ResponseReturnValue:
        _found(view, external_id)
        preconditions.check(view, external_id)
        if why_not := removal.remove(view.kind, external_id):
            return problem(409, "Still needed", why_not)
        db.session.commit()
        return Response(status=204)

    return delete


def _found(view: View, external_id: str) -> shown.Shown:
    held = shown.one(view, external_id) if EXTERNAL_ID.fullmatch(external_id) else None
    if held is None:
        raise Refused(404, "Not here", "Nothing with this number was sent yet, or it was deleted.")
    return held


def _valid(view: View, external_id: str, body: dict[str, Any]) -> Item:
    if body.get("external_id", external_id) != external_id:
        raise Refused(422, "Another number", "The external_id in the body is not the one in the address. Leave it out.")
    try:
        return view.kind.item.model_validate({**body, "external_id": external_id})
    except ValidationError as error:
        raise Refused(422, "Not valid", explain(error)) from None


def _told(result: Result) -> dict[str, Any]:
    told: dict[str, Any] = {"external_id": result.external_id, "outcome": result.outcome}
    if result.reason:
        told |= {"reason": result.reason, "detail": result.detail}
    return told | ({"kept": dict(result.kept)} if result.kept else {})


def _with_etag(held: shown.Shown) -> Response:
    return _json(held, headers={"ETag": shown.etag(held)})


def _json(content: object, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    return Response(to_json(content), status, headers or {}, content_type="application/json")


for each in VIEWS:
    add_routes(each)
