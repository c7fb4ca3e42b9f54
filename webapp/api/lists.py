"""What is sent many at once: a list in, and a result for each out."""

from collections import Counter
from collections.abc import Sequence
from enum import StrEnum
from typing import Any

from pydantic import BaseModel

from webapp.api import examples
from webapp.api.operations import Answer, Operation, Parameter
from webapp.api.schemas import Schema, holding, ref

MOST = 1_000
COUNT = {"type": "integer", "minimum": 0}
WORKED_ON = "A request with the same Idempotency-Key is being worked on."
NOT_SUCH_A_LIST = "The body is no such list, or the Idempotency-Key was sent with another request before."
IDEMPOTENCY_KEY = Parameter(
    "Idempotency-Key",
    "header",
    "A UUID of yours for this request. Sent again within 24 hours it is answered as before, and nothing is done twice.",
    {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$"},
)


def sending(
    tag: str, title: str, text: str, *, name: str, model: type[BaseModel], result: Schema, outcomes: type[StrEnum]
) -> Operation:
    """`name` is that of the list in the body, `model` what it holds, and `result` what is answered for each."""
    results = holding("results", result, beside={outcome.value: COUNT for outcome in outcomes})
    return Operation(
        tag,
        title,
        text,
        {200: Answer("A result for each, and how many of each outcome.", results)},
        {409: WORKED_ON, 422: NOT_SUCH_A_LIST},
        [IDEMPOTENCY_KEY],
        body=holding(name, ref(model), most=MOST),
        example={name: [examples.of(tag)]},
        model=model,
    )


def counted(results: Sequence[dict[str, Any]], outcomes: type[StrEnum]) -> dict[str, Any]:
    """The answer: the results, and how many there are of each outcome."""
    counts = Counter(result["outcome"] for result in results)
    return {"results": results} | {outcome.value: counts[outcome] for outcome in outcomes}
