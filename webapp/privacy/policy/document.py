"""From a text with placeholders, and what the data map says, to a policy that people read.

`{{ company_name }}` in the text is filled in. `{{ what_we_hold }}` on a line of its own is where a generated part
goes. HTML in the text is shown as the characters that it is made of.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import nh3
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString
from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup, escape

from webapp.campaigns.placeholders import PLACEHOLDER
from webapp.privacy.policy.facts import NEEDED

GENERATED = {
    "controller": _l("Who is responsible, and how to reach them"),
    "what_we_hold": _l("What is held, where from, how long, and who gets it"),
    "purposes": _l("What it is used for, and why the law allows it"),
    "recipients": _l("Who gets data, and in which countries"),
}
FACTS = {
    "company_name": _l("The company’s name"),
    "company_address": _l("Its postal address"),
    "privacy_contact": _l("The address for questions about data"),
}
TITLES = {"h1", "h2"}
ENOUGH_OF_A_TITLE = 60
TAGS = nh3.ALLOWED_TAGS - {"img"}  # a picture from elsewhere would tell its owner who reads this

markdown = MarkdownIt("commonmark", {"html": False, "linkify": False, "typographer": False}).enable("table")

Inventory = dict[str, Any]


@dataclass(frozen=True)
class Part:
    """Either a written text, or the name of a part that the data map writes."""

    html: Markup | None = None
    generated: str | None = None

    @property
    def meaning(self) -> LazyString:
        return GENERATED[str(self.generated)]


@dataclass
class Section:
    id: str
    title: str
    parts: list[Part] = field(default_factory=list)


@dataclass(frozen=True)
class Document:
    """`inventory` is what the generated parts are made of. The first section has no title: it is the introduction."""

    sections: list[Section]
    inventory: Inventory

    @property
    def contents(self) -> list[Section]:
        return [section for section in self.sections if section.title]


def compose(text: str, inventory: Inventory) -> Document:
    facts = inventory["facts"]
    sections = [Section("introduction", "")]
    taken = {"introduction"}
    for tokens in _blocks(markdown.parse(text)):
        if tokens[0].type == "heading_open" and tokens[0].tag in TITLES:
            title = filled(words_of(tokens[1]), facts)
            sections.append(Section(_new_id(title, taken), title))
        elif name := generated_part(tokens):
            sections[-1].parts.append(Part(generated=name))
        else:
            sections[-1].parts.append(Part(html=_html(tokens, facts)))
    return Document([section for section in sections if section.title or section.parts], inventory)


def html_of(text: str, facts: dict[str, str]) -> Markup:
    """A short text without sections."""
    return _html(markdown.parse(text), facts)


def top_level(text: str) -> Iterator[Sequence[Token]]:
    return _blocks(markdown.parse(text))


def generated_part(tokens: Sequence[Token]) -> str | None:
    """The part that a paragraph stands for."""
    found = PLACEHOLDER.fullmatch(tokens[1].content) if tokens[0].type == "paragraph_open" else None
    return found["name"] if found and found["name"] in GENERATED else None


def words_of(inline: Token) -> str:
    """What a person reads of a heading or a paragraph."""
    breaks = {"softbreak": " ", "hardbreak": " "}
    return "".join(breaks.get(child.type, child.content) for child in inline.children or [])


def filled(text: str, facts: dict[str, str]) -> str:
    return PLACEHOLDER.sub(lambda found: facts.get(found["name"], found[0]), text)


def _html(tokens: Sequence[Token], facts: dict[str, str]) -> Markup:
    html = nh3.clean(markdown.renderer.render(tokens, markdown.options, {}), tags=TAGS, link_rel=None)
    safe = {name: str(_address(facts[name]) if name == "privacy_contact" else escape(facts[name])) for name in NEEDED}
    return Markup(filled(html, safe))  # noqa: S704  # cleaned by nh3, and what is filled in is escaped


def _address(contact: str) -> Markup:
    return Markup('<a href="mailto:{0}">{0}</a>').format(contact) if "@" in contact else escape(contact)


def _blocks(tokens: Sequence[Token]) -> Iterator[Sequence[Token]]:
    """Paragraph by paragraph, list by list."""
    block: list[Token] = []
    for token in tokens:
        block.append(token)
        if token.level == 0 and token.nesting <= 0:
            yield block
            block = []


def _new_id(title: str, taken: set[str]) -> str:
    slug = "section-" + (re.sub(r"\W+", "-", title.lower())[:ENOUGH_OF_A_TITLE].strip("-") or "untitled")
    number = 1
    name = slug
    while name in taken:
        number += 1
        name = f"{slug}-{number}"
    taken.add(name)
    return name
