"""Which language a page speaks: what was chosen, else what the person is known to read, else what the browser asks."""

from contextlib import AbstractContextManager

from babel.units import format_unit
from flask import Flask, g, request, session
from flask_babel import Babel, force_locale, get_locale
from flask_login import current_user

from webapp.config import Settings, settings

# "5 March 2026" is understood everywhere, "3/5/2026" is not.
REGIONS = {"en": "en_GB"}
OWN_NAMES = {"en": "English", "de": "Deutsch", "fr": "Français", "it": "Italiano"}

SIZES = ("digital-byte", "digital-kilobyte", "digital-megabyte", "digital-gigabyte", "digital-terabyte")

babel = Babel()


def init_app(app: Flask, chosen: Settings) -> None:
    app.config["BABEL_DEFAULT_LOCALE"] = chosen.languages[0]
    app.config["BABEL_DEFAULT_TIMEZONE"] = chosen.time_zone
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = "translations"
    babel.init_app(app, locale_selector=lambda: _region(_select()))
    app.jinja_env.globals["current_language"] = current_language
    app.jinja_env.filters["filesize"] = file_size


def current_language() -> str:
    locale = get_locale()
    return locale.language if locale else settings().languages[0]


def file_size(size: int) -> str:
    """A number of bytes for people: `1.2 MB`, in French `1,2 Mo`."""
    power = min((len(str(size)) - 1) // 3, len(SIZES) - 1)
    return str(format_unit(round(size / 1000**power, 1), SIZES[power], "short", locale=get_locale()))


def choose(language: str) -> None:
    """Remembers a choice in the session. Raises ValueError for a language that is not offered."""
    if language not in settings().languages:
        raise ValueError(f"{language!r} is not offered")
    session["language"] = language


def speak(language: str) -> None:
    """For this request: pages behind an emailed link speak the language of the person it was sent to."""
    g.language = language


def speaking(language: str) -> AbstractContextManager[None]:
    """For what is written to somebody outside their own request: emails, files."""
    return force_locale(_region(language))  # type: ignore[no-any-return]  # Flask-Babel types it as Any


def offered() -> list[tuple[str, str]]:
    return [(code, OWN_NAMES.get(code, code)) for code in settings().languages]


def _select() -> str:
    if "language" in session:
        return str(session["language"])
    if "language" in g:
        return str(g.language)
    if current_user and current_user.is_authenticated:
        return str(current_user.language)
    offers = settings().languages
    return request.accept_languages.best_match(offers) or offers[0]


def _region(language: str) -> str:
    return REGIONS.get(language, language)
