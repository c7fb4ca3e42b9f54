"""From a campaign's Markdown to an email for each reader.

A campaign is compiled once per language: Markdown, the MJML frame, inlined styles. What differs between readers is left
as slots, and a reader costs only filling them. In Markdown a slot is written `{{ given_name }}`, or
`{{ given_name | friend }}` with words that stand in when we do not know it. Where the text has conditions, each variant
of it is compiled.
"""

import re
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from html import escape
from typing import NamedTuple, Protocol, Self
from urllib.parse import quote
from uuid import UUID

import nh3
from flask_babel import lazy_gettext as _l
from markdown_it import MarkdownIt
from markupsafe import Markup

from webapp.campaigns import conditions
from webapp.campaigns.audience import Recipient
from webapp.campaigns.models import Campaign
from webapp.campaigns.placeholders import PLACEHOLDER
from webapp.campaigns.plain_text import plain_text, underline
from webapp.campaigns.variables import VARIABLES
from webapp.consents.models import title_in
from webapp.consents.unsubscribe_links import token_for
from webapp.language import speaking
from webapp.links import absolute_url
from webapp.mail.rendering import Rendered, one_line
from webapp.mail.rendering import render as render_email

LINKS = {"unsubscribe_url": "consents.unsubscribe", "preferences_url": "consents.link_preferences"}
TOKEN = "token-of-the-reader"
ONE_CLICK = {
    "List-Unsubscribe": "<%(unsubscribe_url)s>%(unsubscribe_by_email)s",
    "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
}

markdown = MarkdownIt("commonmark", {"html": False, "linkify": False, "typographer": False}).enable("strikethrough")


class Text(NamedTuple):
    subject: str
    body: str


@dataclass(frozen=True)
class Manuscript:
    """What a marketer wrote, in values for which nobody has to ask the database again."""

    campaign_id: UUID
    topic_id: UUID
    topic: Mapping[str, str]  # its titles
    text: Text

    @classmethod
    def of(cls, campaign: Campaign) -> Self:
        text = Text(campaign.subject, campaign.body)
        return cls(campaign.id, campaign.topic_id, campaign.topic.titles, text)

    @property
    def has_conditions(self) -> bool:
        return any(map(conditions.are_in, self.text))

    def text_for(self, reader: Recipient) -> Text:
        """The same for all readers for whom the conditions come out alike."""
        if not self.has_conditions:
            return self.text
        values = variables(reader)
        return Text(*(conditions.decided(source, values) for source in self.text))


class Slot(Protocol):
    def value(self, values: Mapping[str, str]) -> str: ...


@dataclass(frozen=True)
class Blank:
    name: str
    otherwise: str
    fill: Callable[[str], str]

    def value(self, values: Mapping[str, str]) -> str:
        return self.fill(values[self.name] or self.otherwise)


@dataclass(frozen=True)
class Underline:
    """Below a title with blanks: as long as the title is when they are filled."""

    title: "Parts"
    sign: str

    def value(self, values: Mapping[str, str]) -> str:
        return underline(_filled(self.title, values), self.sign)


Parts = list[str | Slot]


@dataclass(frozen=True)
class Letter:
    """A campaign for one reader, with the pair of headers by which their mail program unsubscribes them (RFC 8058)."""

    rendered: Rendered
    headers: dict[str, str]


@dataclass(frozen=True)
class Compiled:
    """A campaign in one language, cut into constant text and slots."""

    campaign_id: UUID
    topic_id: UUID
    subject: Parts
    text: Parts
    html: Parts
    addresses: Mapping[str, str]  # of the links, with TOKEN where that of the reader comes

    def letter(self, reader: Recipient) -> Letter:
        values = self.values(reader)
        return Letter(self._fill(values), {name: value % values for name, value in ONE_CLICK.items()})

    def values(self, reader: Recipient) -> dict[str, str]:
        """What stands in the slots for this reader."""
        token = token_for(reader.subject_id, topic_id=self.topic_id, campaign_id=self.campaign_id)
        addresses = {name: address.replace(TOKEN, token) for name, address in self.addresses.items()}
        links = {**addresses, "unsubscribe_token": token, "unsubscribe_by_email": ""}
        return variables(reader) | links

    def preview(self, reader: Recipient) -> Rendered:
        """As this reader would see it, but without the links that would unsubscribe them."""
        return self._fill(variables(reader) | dict.fromkeys(LINKS, "#"))

    def _fill(self, values: Mapping[str, str]) -> Rendered:
        return Rendered(one_line(_filled(self.subject, values)), _filled(self.text, values), _filled(self.html, values))


def variables(reader: Recipient) -> dict[str, str]:
    """Without line breaks, which would begin another header, or another line of the conversation with a relay."""
    return {name: one_line(getattr(reader, name)) for name in VARIABLES}


def compile_for(reader: Recipient, campaign: Campaign) -> Compiled:
    manuscript = Manuscript.of(campaign)
    return compile_text(manuscript.text_for(reader), manuscript, reader.language)


def compile_text(text: Text, manuscript: Manuscript, language: str) -> Compiled:
    """One variant of it, with its conditions decided."""
    slots = _Slots()
    body = slots.mark(text.body)
    with speaking(language):
        reason = str(
            _l("You get this because you subscribed to “%(topic)s”.", topic=title_in(manuscript.topic, language))
        )
    frame = {
        "reason": reason,
        "heading": slots.mark(text.subject),
        "body_html": Markup(slots.for_addresses(nh3.clean(markdown.render(body)))),  # noqa: S704  # cleaned by nh3
        "body_text": plain_text(markdown.parse(body), below=slots.underline),
        **{name: slots.marker(name) for name in LINKS},
    }
    rendered = render_email("campaigns/campaign", frame, language=language)
    return Compiled(
        manuscript.campaign_id,
        manuscript.topic_id,
        subject=slots.cut(rendered.subject, str),
        text=slots.cut(rendered.text, str),
        html=slots.cut(rendered.html, escape),
        addresses={name: absolute_url(endpoint, token=TOKEN) for name, endpoint in LINKS.items()},
    )


class _Slots:
    """Puts a word that nobody can guess where a slot will be, to pass through Markdown, MJML and CSS inlining."""

    def __init__(self) -> None:
        # About as long as a name, for the text part is wrapped before its slots are filled.
        self.tag = f"slot{secrets.token_hex(4)}"
        self.known: list[Callable[[Callable[[str], str]], Slot]] = []

    def mark(self, source: str) -> str:
        return PLACEHOLDER.sub(lambda found: self.marker(found["name"], found["otherwise"] or ""), source)

    def marker(self, name: str, otherwise: str = "") -> str:
        return self._keep(lambda fill: Blank(name, otherwise, fill))

    def underline(self, title: str, sign: str) -> str:
        parts = self.cut(title, str)
        return self._keep(lambda _fill: Underline(parts, sign)) if len(parts) > 1 else underline(title, sign)

    def for_addresses(self, html: str) -> str:
        """Marks slots inside link addresses, where values are percent-encoded."""
        inside = re.compile(rf'(?:href|src)="[^"]*{self.tag}[^"]*"')
        return inside.sub(lambda found: found[0].replace(self.tag, f"{self.tag}u"), html)

    def cut(self, text: str, fill: Callable[[str], str]) -> Parts:
        pieces = re.split(rf"{self.tag}(u?)x(\d+)x", text)
        parts: Parts = [pieces[0]]
        for in_address, number, constant in zip(pieces[1::3], pieces[2::3], pieces[3::3], strict=True):
            parts += [self.known[int(number)](_in_address if in_address else fill), constant]
        return parts

    def _keep(self, slot: Callable[[Callable[[str], str]], Slot]) -> str:
        self.known.append(slot)
        return f"{self.tag}x{len(self.known) - 1}x"


def _in_address(value: str) -> str:
    return quote(value, safe="")


def _filled(parts: Parts, values: Mapping[str, str]) -> str:
    return "".join(part if isinstance(part, str) else part.value(values) for part in parts)
