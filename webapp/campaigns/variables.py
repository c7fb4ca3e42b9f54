"""What a marketer's text may say of its reader, and what is said when it cannot be understood."""

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

VARIABLES = {
    "given_name": _l("First name"),
    "family_name": _l("Last name"),
    "full_name": _l("First and last name"),
    "organization": _l("Company"),
    "email": _l("Email address"),
}


class Mistake(ValueError):
    """A text that cannot be sent. `problem` is for whoever wrote it, and lies in this line."""

    def __init__(self, problem: LazyString, *, line: int) -> None:
        super().__init__(problem)
        self.problem, self.line = problem, line


def unknown_variable(name: str, *, line: int) -> Mistake:
    allowed = ", ".join(f"{{{{ {each} }}}}" for each in VARIABLES)
    words = _l("There is no variable {{ %(name)s }}. You can use %(allowed)s.", name=name, allowed=allowed)
    return Mistake(words, line=line)


def line_at(source: str, place: int) -> int:
    return source.count("\n", 0, place) + 1
