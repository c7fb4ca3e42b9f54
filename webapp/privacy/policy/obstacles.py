"""Why a draft cannot be proposed yet, in words that say what to do."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from webapp.campaigns.placeholders import PLACEHOLDER
from webapp.config import settings
from webapp.language import OWN_NAMES
from webapp.privacy import manifest
from webapp.privacy.policy import versions
from webapp.privacy.policy.document import FACTS, GENERATED, generated_part, top_level
from webapp.privacy.policy.facts import NEEDED, facts
from webapp.privacy.policy.models import PolicyVersion

BRACES = re.compile(r"\{\{|\}\}")


@dataclass(frozen=True)
class Obstacle:
    words: LazyString
    language: str = ""

    def __str__(self) -> str:
        return f"{OWN_NAMES.get(self.language, self.language)}: {self.words}" if self.language else str(self.words)


def of(draft: PolicyVersion) -> list[Obstacle]:
    in_languages = (obstacle for code in settings().languages for obstacle in _of_language(draft, code))
    return [*map(Obstacle, _of_settings()), *in_languages, *map(Obstacle, _of_whole(draft))]


def of_text(text: str) -> Iterator[LazyString]:
    """What is wrong with a text, whatever it says."""
    known = {**FACTS, **GENERATED}
    for name in dict.fromkeys(found["name"] for found in PLACEHOLDER.finditer(text)):
        if name not in known:
            yield _l("There is no placeholder %(name)s.", name=f"{{{{ {name} }}}}")
    if BRACES.search(PLACEHOLDER.sub("", text)):
        yield _l("Two braces stand alone. A placeholder is written like this: %(name)s.", name="{{ company_name }}")
    standing = [name for tokens in top_level(text) if (name := generated_part(tokens))]
    for name, meaning in GENERATED.items():
        placeholder = f"{{{{ {name} }}}}"
        if name not in standing:
            yield _l("%(name)s is missing on a line of its own: %(meaning)s.", name=placeholder, meaning=meaning)
        elif standing.count(name) > 1:
            yield _l("%(name)s stands there more than once.", name=placeholder)


def _of_settings() -> Iterator[LazyString]:
    for name in NEEDED:
        if not facts()[name].strip():
            yield _l("The setting %(name)s is empty, and the policy has to say it.", name=name.upper())


def _of_language(draft: PolicyVersion, code: str) -> Iterator[Obstacle]:
    text = draft.texts.get(code, "")
    if not text.strip():
        yield Obstacle(_l("there is no text yet."), code)
        return
    yield from (Obstacle(words, code) for words in of_text(text))
    if draft.number > 1 and not draft.changes.get(code, "").strip():
        yield Obstacle(_l("please say in a few words what is new."), code)


def _of_whole(draft: PolicyVersion) -> Iterator[LazyString]:
    before = versions.latest()
    if before and before.texts == draft.texts and before.manifest_hash == manifest.current().hash:
        yield _l("It says the same as version %(number)s.", number=before.number)
