"""The blanks in a marketer's text: `{{ given_name }}`, or `{{ given_name | friend }}` with a word for who has none."""

import re

from flask_babel import lazy_gettext as _l

from webapp.campaigns import conditions
from webapp.campaigns.variables import VARIABLES, Mistake, line_at, unknown_variable

# Possessive, so that a long run of blanks takes no longer than its length.
PLACEHOLDER = re.compile(
    r"\{\{\s*+(?P<name>[^{}|\s]*+(?:\s++[^{}|\s]++)*+)\s*+"
    r"(?:\|\s*+(?P<otherwise>[^{}\s]*+(?:\s++[^{}\s]++)*+)\s*+)?\}\}"
)
SIGNS = re.compile(r"\{\{|\}\}|\{%|%\}")


def filled(text: str, values: dict[str, str], *, unknown: str = "") -> str:
    decided = conditions.decided(text, values)
    return PLACEHOLDER.sub(lambda blank: values.get(blank["name"]) or blank["otherwise"] or unknown, decided)


def check(source: str) -> None:
    """Whether it can be sent: its blanks and conditions. Raises Mistake."""
    conditions.check(source)
    for blank in PLACEHOLDER.finditer(source):
        if blank["name"] not in VARIABLES:
            raise unknown_variable(blank["name"], line=line_at(source, blank.start()))
    without = conditions.TAG.sub(_its_lines, PLACEHOLDER.sub(_its_lines, source))
    if stray := SIGNS.search(without):
        words = _l("%(signs)s stands alone. A variable is written like this: {{ given_name }}.", signs=stray[0])
        raise Mistake(words, line=line_at(without, stray.start()))


def _its_lines(found: re.Match[str]) -> str:
    return " " + "\n" * found[0].count("\n")
