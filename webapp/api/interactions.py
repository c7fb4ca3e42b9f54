"""`POST /api/v1/interactions`: what the company's apps and sites report about how people use them."""

from typing import Any

from flask import jsonify
from flask.typing import ResponseReturnValue
from pydantic import ValidationError

from webapp.access import Scope
from webapp.api import bodies, lists
from webapp.api.bearer import key_needed
from webapp.api.blueprint import blueprint
from webapp.api.idempotency import answered_once
from webapp.api.observations import Reported
from webapp.api.operations import described
from webapp.api.schemas import Schema
from webapp.clock import utc_now
from webapp.integrations.models import ApiKey
from webapp.interactions import batches
from webapp.interactions.batches import Observation, Outcome, Reason, Result

LONGEST_PLACE = 80  # it may be the name of a member that nobody knows

REASONS = {
    Reason.NO_CONSENT: "The person does not allow it, or is not known here.",
    Reason.BEFORE_CONSENT: "It was observed before the person allowed it.",
    Reason.PRIVACY_SIGNAL: "The browser asked not to be followed (Global Privacy Control).",
    Reason.IN_THE_FUTURE: "It was observed in the future: set the clock of the device.",
    Reason.TOO_OLD: f"It is older than {batches.LATEST.days} days.",
}

Told = dict[str, Any]


RESULT: Schema = {
    "type": "object",
    "properties": {
        "id": {"type": ["string", "null"], "description": "Null if it could not be read."},
        "outcome": {"type": "string", "enum": [*Outcome]},
        "reason": {"type": "string", "enum": [*Reason], "description": "Of what was refused."},
        "detail": {"type": "string"},
        "dropped": {"type": "array", "items": {"type": "string"}, "description": "What was not stored of it."},
        "dropped_because": {"type": "string", "enum": [*Reason]},
    },
    "required": ["id", "outcome"],
}
TOLD = lists.sending(
    "interactions",
    "Report interactions",
    "How people use your apps and sites. Stored is only what the person allows at that moment, part by part. "
    "Everything else is refused with its reason, and nothing of it is kept.",
    name="interactions",
    model=Reported,
    result=RESULT,
    outcomes=Outcome,
)


@blueprint.post("/interactions")
@key_needed(Scope.INTERACTIONS_WRITE)
@answered_once
@described(TOLD)
def receive_interactions(key: ApiKey) -> ResponseReturnValue:
    read = [_read(item) for item in bodies.read_list("interactions", most=lists.MOST)]
    valid = [one for one in read if isinstance(one, Observation)]
    results = iter(batches.take_in(valid, key_id=key.id, now=utc_now()))
    answers = [_answer(one, next(results)) if isinstance(one, Observation) else one for one in read]
    return jsonify(lists.counted(answers, Outcome))


def _read(item: object) -> Observation | Told:
    """What is wrong with it, when it is no observation."""
    try:
        return Reported.model_validate(item).observation()
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        place = ".".join(str(step) for step in first["loc"])[:LONGEST_PLACE]
        detail = f"{place}: {first['msg']}" if place else first["msg"]
        return {"id": None, "outcome": Outcome.REFUSED, "reason": Reason.NOT_VALID, "detail": detail}


def _answer(one: Observation, result: Result) -> Told:
    answer: Told = {"id": str(one.id), "outcome": result.outcome}
    if result.reason:
        answer |= {"reason": result.reason, "detail": REASONS[result.reason]}
    if result.dropped:
        answer |= {"dropped": list(result.dropped), "dropped_because": Reason.NO_CONSENT}
    return answer
