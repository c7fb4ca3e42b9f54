"""`POST /api/v1/confirmations`: another system says that it did what it was told, such as to erase somebody."""

from typing import Annotated, Any
from uuid import UUID

from flask import jsonify
from flask.typing import ResponseReturnValue
from pydantic import BaseModel, ConfigDict, Field, StrictStr, ValidationError

from webapp.access import Scope
from webapp.api import bodies, lists
from webapp.api.bearer import key_needed
from webapp.api.blueprint import blueprint
from webapp.api.idempotency import answered_once
from webapp.api.operations import described
from webapp.api.schemas import Schema
from webapp.clock import utc_now
from webapp.integrations import confirmations
from webapp.integrations.confirmations import Result
from webapp.integrations.models import ApiKey
from webapp.integrations.webhooks import letters


class Confirmed(BaseModel):
    """That what a webhook asked for was done: to erase a customer, or to restrict the use of their data."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: Annotated[StrictStr, Field(pattern=f"^{letters.MESSAGE_ID.pattern}$", description="The webhook-id.")]


RESULT: Schema = {
    "type": "object",
    "properties": {
        "id": {"type": ["string", "null"], "description": "Null if it could not be read."},
        "outcome": {"type": "string", "enum": [*Result]},
        "detail": {"type": "string"},
    },
    "required": ["id", "outcome"],
}
TOLD = lists.sending(
    "confirmations",
    "Confirm what webhooks asked for",
    "When your system has erased a customer, or restricted the use of their data, because a webhook told it so. Until "
    "then staff see that it is missing. Sending it again does no harm.",
    name="confirmations",
    model=Confirmed,
    result=RESULT,
    outcomes=Result,
)


@blueprint.post("/confirmations")
@key_needed(Scope.CONFIRMATIONS_WRITE)
@answered_once
@described(TOLD)
def receive_confirmations(key: ApiKey) -> ResponseReturnValue:
    sent = [_read(item) for item in bodies.read_list("confirmations", most=lists.MOST)]
    numbers = {number: letters.delivery_id(number) for number in sent if number is not None}
    known = {delivery_id for delivery_id in numbers.values() if delivery_id}
    results = confirmations.confirm(known, key_id=key.id, now=utc_now())
    answers = [_answer(number, numbers.get(number or ""), results) for number in sent]
    return jsonify(lists.counted(answers, Result))


def _read(item: object) -> str | None:
    try:
        return Confirmed.model_validate(item).id
    except ValidationError:
        return None


def _answer(number: str | None, delivery_id: UUID | None, results: dict[UUID, Result]) -> dict[str, Any]:
    outcome = results[delivery_id] if delivery_id else Result.UNKNOWN
    answer: dict[str, Any] = {"id": number, "outcome": outcome}
    if outcome is Result.UNKNOWN:
        answer["detail"] = 'Send {"id": …} with the webhook-id of a message that is to be confirmed.'
    return answer
