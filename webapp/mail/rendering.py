"""From a template folder in `emails/` to a finished email: subject, text and HTML, in the reader's language."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from functools import cache, partial
from pathlib import Path
from typing import Any

import css_inline
import mrml
from flask import current_app
from flask_babel import gettext, ngettext
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from jinja2.filters import do_wordwrap

from webapp.clock import utc_now
from webapp.config import settings
from webapp.language import speaking

EMAILS = Path(__file__).parents[2] / "emails"
# Where a line may be broken without a reader seeing it. No line of an email may be longer than 998 (RFC 5322, 2.1.1).
INSIDE_TAG = re.compile(r"(<[a-z][a-z0-9]*) ")
FILTERS = ("datetimeformat", "dateformat", "filesize")


@dataclass(frozen=True)
class Rendered:
    subject: str
    text: str
    html: str


@dataclass(frozen=True)
class Attachment:
    """`maintype` and `subtype` are the halves of its media type."""

    name: str
    maintype: str
    subtype: str
    content: bytes


def render(name: str, variables: dict[str, Any], *, language: str) -> Rendered:
    """Renders the three templates of an email. Raises jinja2.UndefinedError for a variable that is not there."""
    with speaking(language):
        context = {"settings": settings(), "language": language, **variables}
        return Rendered(
            subject=one_line(_plain().get_template(f"{name}/subject.txt").render(context)),
            text=_plain().get_template(f"{name}/body.txt").render(context).strip() + "\n",
            html=html_from_mjml(_markup().get_template(f"{name}/body.mjml").render(context)),
        )


def html_from_mjml(source: str) -> str:
    html: str = mrml.to_html(source).content
    inlined = css_inline.CSSInliner(keep_style_tags=True, load_remote_stylesheets=False).inline(html)
    # SMTP doubles a dot that starts a line, and that is all MJML's style sheet has of them.
    return INSIDE_TAG.sub(r"\1\n", inlined).replace("\n.mj-", " .mj-")


def compose(
    rendered: Rendered,
    *,
    to: str,
    message_id: str,
    headers: Mapping[str, str],
    attachments: Sequence[Attachment] = (),
    encoding: str = "quoted-printable",
) -> EmailMessage:
    """The email as it goes over the wire. `message_id` is without angle brackets, `encoding` that of the texts."""
    email = EmailMessage(policy=SMTP)
    email["From"] = Address(one_line(settings().company_name), addr_spec=settings().mail_from)
    local, _, domain = to.rpartition("@")
    email["To"] = Address(username=local, domain=domain)
    email["Subject"] = one_line(rendered.subject)
    email["Date"] = format_datetime(utc_now())
    email["Message-ID"] = f"<{message_id}>"
    for name, value in headers.items():
        email[name] = value
    email.set_content(rendered.text, cte=encoding)
    email.add_alternative(rendered.html, subtype="html", cte=encoding)
    for file in attachments:
        email.add_attachment(file.content, maintype=file.maintype, subtype=file.subtype, filename=file.name)
    return email


def one_line(text: str) -> str:
    """What a person typed, made safe for a header: no line break can start another one."""
    return " ".join(text.split())


def message_id(local: str) -> str:
    """An email keeps its Message-ID for life, so it is made of the row's id."""
    return f"{local}@{settings().mail_from.rpartition('@')[2]}"


@cache
def _plain() -> Environment:
    return _environment(autoescape=False)


@cache
def _markup() -> Environment:
    return _environment(autoescape=True)


def _environment(*, autoescape: bool) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(EMAILS),
        autoescape=autoescape,  # noqa: S701  # off for subjects and text parts, which are no markup
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    environment.install_gettext_callables(gettext, ngettext, newstyle=True)  # type: ignore[attr-defined]  # added by i18n
    environment.filters |= {name: current_app.jinja_env.filters[name] for name in FILTERS}
    environment.filters["wrapped"] = partial(
        do_wordwrap, environment, width=72, break_long_words=False, break_on_hyphens=False
    )
    return environment
