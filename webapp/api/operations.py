"""What the documents say about a route: the route itself says it.

@blueprint.post("/interactions")
@key_needed(Scope.INTERACTIONS_WRITE)
@described(Operation("interactions", "Report interactions", body=..., answers={200: Answer("…", schema)}))
def receive(key): ...
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from pydantic import BaseModel

F = TypeVar("F", bound=Callable[..., Any])
Schema = Mapping[str, Any]


@dataclass(frozen=True)
class Parameter:
    """`place` is query, path or header."""

    name: str
    place: str
    text: str
    schema: Schema
    needed: bool = False


@dataclass(frozen=True)
class Answer:
    """`schema` is that of its JSON; None if there is no body. `headers` are names with what they say."""

    text: str
    schema: Schema | None = None
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Operation:
    """`tag` is what it is about. `problems` are the errors that it answers besides those of every operation.

    `model` is what the body holds, `example` a body, and `number` that of the thing in the address of the example.
    """

    tag: str
    title: str
    text: str
    answers: Mapping[int, Answer]
    problems: Mapping[int, str] = field(default_factory=dict)
    parameters: Sequence[Parameter] = ()
    body: Schema | None = None
    example: Any = None
    model: type[BaseModel] | None = None
    number: str = ""


def described(operation: Operation) -> Callable[[F], F]:
    def mark(view: F) -> F:
        view.operation = operation  # type: ignore[attr-defined]  # a mark on a function has no typed form
        return view

    return mark


def operation_of(view: Callable[..., object]) -> Operation | None:
    return getattr(view, "operation", None)
