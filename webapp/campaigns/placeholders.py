"""The blanks in a marketer's text: `{{ given_name }}`, or `{{ given_name | friend }}` with a word for who has none."""

import re
from collections.abc import Mapping

PLACEHOLDER = re.compile(r"\{\{\s*(?P<name>[^{}|]*?)\s*(?:\|\s*(?P<otherwise>[^{}]*?)\s*)?\}\}")


def filled(text: str, values: Mapping[str, str], *, unknown: str = "") -> str:
    return PLACEHOLDER.sub(lambda blank: values.get(blank["name"]) or blank["otherwise"] or unknown, text)
