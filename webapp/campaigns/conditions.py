"""Words for some readers only: `{% if organization %} … {% elif email == "…" %} … {% else %} … {% endif %}`.

Conditions are decided before a campaign is compiled. What is compiled has only blanks then, and readers for whom the
conditions come out alike share it. They ask for the variables and compare them; nothing else of Jinja is let in.
"""

import re
from functools import lru_cache

from flask_babel import lazy_gettext as _l
from jinja2 import Template, TemplateSyntaxError, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment

from webapp.campaigns.variables import VARIABLES, Mistake, line_at, unknown_variable

MOST_TAGS = 100
DEEPEST = 5  # conditions inside each other: each takes Jinja twice as long as the one around it

TAG = re.compile(r"(?<!\{)\{%[ \t]*+(?P<word>\w*+)[^\n]{0,200}?%\}")
LINE_OF_TAGS = re.compile(r"^[ \t]*+(\{%[^%\n]*%\}(?:[ \t]*+\{%[^%\n]*%\})*+)[ \t]*\n", re.MULTILINE)
IF, SOME_IF, END = "{% if … %}", "{% if email %}", "{% endif %}"
COMPLETED = {"if": ("", END), "elif": (SOME_IF, END), "else": (SOME_IF, END), "endif": (SOME_IF, "")}
NOTHING_KNOWN = dict.fromkeys(VARIABLES, "")
UNDERSTOOD = (
    *(nodes.Template, nodes.Output, nodes.TemplateData, nodes.If),
    *(nodes.Name, nodes.List, nodes.Tuple, nodes.Operand, nodes.And, nodes.Or, nodes.Not),
)

# Of Jinja's signs only `{%` and `%}`. The others may stand in a text, but never behind a character that no text holds.
_environment = ImmutableSandboxedEnvironment(
    variable_start_string="\0{{",
    variable_end_string="}}\0",
    comment_start_string="\0{#",
    comment_end_string="#}\0",
    keep_trailing_newline=True,
)


def are_in(source: str) -> bool:
    return _template(source) is not None


def decided(source: str, values: dict[str, str]) -> str:
    """The text as it is for a reader of whom this is known, still with its blanks."""
    template = _template(source)
    return template.render(NOTHING_KNOWN | values) if template else source


def check(source: str) -> None:
    """Raises Mistake."""
    opened: list[tuple[int, bool]] = []  # the line of each, and whether its {% else %} has come
    for number, tag in enumerate(TAG.finditer(source), start=1):
        word, line = tag["word"], line_at(source, tag.start())
        _check_tag(tag, line)
        if number > MOST_TAGS or len(opened) > DEEPEST:
            raise Mistake(_l("These conditions are too many, or too deep inside each other."), line=line)
        if word == "if":
            opened.append((line, False))
        elif not opened or (opened[-1][1] and word != "endif"):
            raise Mistake(_l("%(tag)s has no %(begin)s to which it belongs.", tag=tag[0], begin=IF), line=line)
        elif word == "endif":
            opened.pop()
        else:
            opened[-1] = opened[-1][0], word == "else"
    if opened:
        raise Mistake(_l("%(begin)s has no %(end)s.", begin=IF, end=END), line=opened[-1][0])


@lru_cache(maxsize=200)
def _template(source: str) -> Template | None:
    """A line that holds only tags leaves no empty line behind."""
    return _environment.from_string(LINE_OF_TAGS.sub(r"\1", source)) if "{%" in source else None


def _check_tag(tag: re.Match[str], line: int) -> None:
    """Each by itself, so that it is known in which line it stands."""
    if tag["word"] not in COMPLETED:
        raise Mistake(_l("%(tag)s cannot be used. Conditions begin with %(begin)s.", tag=tag[0], begin=IF), line=line)
    before, after = COMPLETED[tag["word"]]
    try:
        tree = _environment.parse(before + tag[0] + after)
    except (TemplateSyntaxError, RecursionError) as error:
        raise _not_understood(line) from error
    for node in tree.find_all(nodes.Node):
        if not _is_understood(node):
            raise _not_understood(line)
        if isinstance(node, nodes.Name) and node.name not in VARIABLES:
            raise unknown_variable(node.name, line=line)


def _is_understood(node: nodes.Node) -> bool:
    """A comparison has a word on each side, or a list on its right: others fail for some values."""
    match node:
        case nodes.Const():
            return isinstance(node.value, str)
        case nodes.Compare(ops=[nodes.Operand(op="eq" | "ne" | "in" | "notin" as sign, expr=right)]):
            in_list = sign in ("in", "notin") and isinstance(right, nodes.List | nodes.Tuple)
            return isinstance(node.expr, nodes.Name | nodes.Const) and (
                in_list or isinstance(right, nodes.Name | nodes.Const)
            )
        case _:
            return isinstance(node, UNDERSTOOD)


def _not_understood(line: int) -> Mistake:
    examples = {"one": "{% if organization %}", "other": '{% if organization == "Example Ltd" %}'}
    words = _l("We do not understand this condition. Write it like %(one)s or %(other)s.", **examples)
    return Mistake(words, line=line)
