"""What the documents say about the routes of each kind of thing."""

from typing import Any

from webapp.api import cursors, examples, lists
from webapp.api.operations import Answer, Operation, Parameter
from webapp.api.schemas import REF, built_in, holding, ref
from webapp.api.shown import View
from webapp.integrations.intake.results import Outcome
from webapp.integrations.intake.types import EXTERNAL_ID

TEXT = {"type": "string"}
NUMBER = {"type": "string", "pattern": f"^{EXTERNAL_ID.pattern}$"}
ETAG = {"ETag": "Changes when what is shown changes. Send it as If-Match to change nothing that changed meanwhile."}
NOT_FOUND = {404: "Nothing with this number is here."}

IF_MATCH = Parameter("If-Match", "header", "The ETag that you read. If it changed, nothing is done.", TEXT)
IF_NONE_MATCH = Parameter("If-None-Match", "header", "An ETag that you have, or *: only if it is not here yet.", TEXT)
OF_CUSTOMER = Parameter("customer", "query", "Only those of the customer with this number.", NUMBER)
PAGES = (
    Parameter("limit", "query", "How many at most.", {"type": "integer", "minimum": 1, "maximum": cursors.MOST}),
    Parameter("cursor", "query", "Where the page begins: take the whole address from next.", TEXT),
)


def reading(view: View) -> Operation:
    return Operation(
        view.kind.name,
        f"Read {_one(view)}",
        "As it is known here, with what the person corrected or did.",
        {200: Answer("It is here.", ref(view.form), ETAG), 304: Answer("It is as If-None-Match says.", headers=ETAG)},
        NOT_FOUND,
        [_number(view), IF_NONE_MATCH],
        number=_example(view)["external_id"],
    )


def listing(view: View) -> Operation:
    following = {"type": ["string", "null"], "description": "The address of the next page; null on the last."}
    filters = [] if view.kind.name == "customers" else [OF_CUSTOMER]
    page = holding(view.kind.plural, ref(view.form), beside={"next": following})
    text = "In the order of their numbers, a page at a time."
    problems = {422: "limit, cursor or customer is none."}
    answers = {200: Answer("A page.", page)}
    return Operation(view.kind.name, f"List {_words(view)}", text, answers, problems, [*filters, *PAGES])


def storing(view: View) -> Operation:
    stored = built_in("Result")
    return Operation(
        view.kind.name,
        f"Store {_one(view)}",
        "The whole of it; what is left out is empty. Of what was sent before, the newest changed_at counts: something "
        "older changes nothing and is answered outdated. So the order in which requests arrive does not matter, and "
        "sending the same again does no harm. external_id stands in the address and may be left out of the body.",
        {
            200: Answer("Stored, or known already: see outcome.", stored, ETAG),
            201: Answer("Stored for the first time.", stored, ETAG),
        },
        {412: "It is not as If-Match or If-None-Match says.", 422: "It is not valid, or it was refused: see reason."},
        [_number(view), IF_MATCH, IF_NONE_MATCH],
        body=_without_number(view),
        example=_example(view),
        model=view.kind.item,
    )


def storing_many(view: View) -> Operation:
    return lists.sending(
        view.kind.name,
        f"Store many {_words(view)}",
        f"At most {lists.MOST:,} at once. Each is stored or refused for itself, with a result in the order of the "
        "request: three bad ones do not stop the other 997.",
        name=view.kind.plural,
        model=view.kind.item,
        result=built_in("Result"),
        outcomes=Outcome,
    )


def deleting(view: View) -> Operation:
    return Operation(
        view.kind.name,
        f"Delete {_one(view)}",
        "For what was sent by mistake. To erase a person, let them ask here: you hear of it by a webhook.",
        {204: Answer("It is gone.")},
        {**NOT_FOUND, 409: "It is still needed: detail says what to do instead.", 412: "It is not as If-Match says."},
        [_number(view), IF_MATCH],
        number=_example(view)["external_id"],
    )


def _words(view: View) -> str:
    return view.kind.name.replace("-", " ")


def _one(view: View) -> str:
    word = _words(view).removesuffix("s")
    return f"an {word}" if word[0] in "aeiou" else f"a {word}"


def _number(view: View) -> Parameter:
    return Parameter("external_id", "path", "Its number in your system.", NUMBER, needed=True)


def _example(view: View) -> dict[str, Any]:
    return examples.of(view.kind.name)


def _without_number(view: View) -> dict[str, Any]:
    ref(view.kind.item)  # whose parts this names
    schema = view.kind.item.model_json_schema(ref_template=REF)
    schema["required"].remove("external_id")
    return {name: part for name, part in schema.items() if name != "$defs"}
