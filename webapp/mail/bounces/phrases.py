"""What mail servers write, in many words and languages, as patterns for one line of text in any case."""

import re


def any_of(*phrases: str) -> re.Pattern[str]:
    return re.compile("|".join(phrases), re.IGNORECASE)
