"""Why a draft cannot be proposed yet, in words that say what to do."""

import re
from collections.abc import Iterator

from flask_babel import gettext as _

from webapp.campaigns.placeholders import PLACEHOLDER
from webapp.config import settings
from webapp.language import OWN_NAMES
from webapp.privacy import manifest
from webapp.privacy.policy import versions
from webapp.privacy.policy.document import FACTS, GENERATED, generated_part, top_level
from webapp.privacy.policy.facts import NEEDED, facts
from webapp.privacy.policy.models import PolicyVersion

BRACES = re.compile(r"\{\{|\}\}")


def of(draft: PolicyVersion) -> list[str]:
    in_languages = (words for code in settings().languages for words in _of_language(draft, code))
    return [*_of_settings(), *in_languages, *_of_whole(draft)]


def of_text(text: str) -> Iterator[str]:
    """What is wrong with a text, whatever it says."""
    known = {**FACTS, **GENERATED}
    for name in dict.fromkeys(found["name"] for found in PLACEHOLDER.finditer(text)):
        if name not in known:
            yield _("There is no placeholder %(name)s.", name=f"{{{{ {name} }}}}")
    if BRACES.search(PLACEHOLDER.sub("", text)):
        yield _("Two braces stand alone. A placeholder is written like this: %(name)s.", name="{{ company_name }}")
    standing = [name for tokens in top_level(text) if (name := generated_part(tokens))]
    for name, meaning in GENERATED.items():
        placeholder = f"{{{{ {name} }}}}"
        if name not in standing:
            yield _("%(name)s is missing on a line of its own: %(meaning)s.", name=placeholder, meaning=meaning)
        elif standing.count(name) > 1:
            yield _("%(name)s stands there more than once.", name=placeholder)


def _of_settings() -> Iterator[str]:
    for name in NEEDED:
        if not facts()[name].strip():
            yield _("The setting %(name)s is empty, and the policy has to say it.", name=name.upper())


def _of_language(draft: PolicyVersion, code: str) -> Iterator[str]:
    name, text = OWN_NAMES.get(code, code), draft.texts.get(code, "")
    if not text.strip():
        yield _("%(language)s: there is no text yet.", language=name)
        return
    yield from (f"{name}: {words}" for words in of_text(text))
    if draft.number > 1 and not draft.changes.get(code, "").strip():
        yield _("%(language)s: please say in a few words what is new.", language=name)


def _of_whole(draft: PolicyVersion) -> Iterator[str]:
    before = versions.latest()
    if before and before.texts == draft.texts and before.manifest_hash == manifest.current().hash:
        yield _("It says the same as version %(number)s.", number=before.number)
