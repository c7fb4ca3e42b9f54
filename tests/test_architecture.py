"""What guards the whole house: rules that hold for every route, job, template, setting and text there is."""

import ast
import importlib
import re
from collections.abc import Sequence
from os import PathLike
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po
from flask import Flask

from webapp import access
from webapp.config import Settings, settings_table
from webapp.queue import Job

ROOT = Path(__file__).parents[1]
SOURCES = [path for folder in ("webapp", "jobs", "deploy") for path in sorted((ROOT / folder).rglob("*.py"))]
SOURCES = [path for path in SOURCES if "versions" not in path.parts]
LONGEST_FUNCTION = 25
LONGEST_MODULE = 300


def test_every_route_declares_who_may_use_it(app: Flask) -> None:
    undeclared = [name for name, view in app.view_functions.items() if not access.declared(view)]
    assert undeclared == []


@pytest.mark.parametrize("job", Job)
def test_every_job_name_resolves(job: Job) -> None:
    module, _, function = job.rpartition(".")
    assert callable(getattr(importlib.import_module(module), function))


def test_every_template_is_used() -> None:
    templates = {str(path.relative_to(ROOT / "templates")) for path in (ROOT / "templates").rglob("*.html")}
    texts = [path.read_text() for path in [*SOURCES, *(ROOT / "templates").rglob("*.html")]]
    unused = [name for name in templates if not any(f"'{name}'" in text or f'"{name}"' in text for text in texts)]
    assert unused == []


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_functions_and_modules_stay_short(path: Path) -> None:
    source = path.read_text()
    functions = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.FunctionDef)]
    lengths = {node.name: (node.end_lineno or 0) - node.lineno + 1 for node in functions}
    assert {name: lines for name, lines in lengths.items() if lines > LONGEST_FUNCTION} == {}
    assert len(source.splitlines()) <= LONGEST_MODULE


def test_the_settings_page_is_up_to_date() -> None:
    assert (ROOT / "docs" / "settings.md").read_text() == settings_table(), "flask --app wsgi settings-table"


def test_every_text_is_translated_into_every_language(settings: Settings) -> None:
    texts = extracted()
    for language in settings.languages[1:]:
        translated = catalog(language)
        missing = sorted(text for text in texts if not (entry := translated.get(text)) or not entry.string)
        assert missing == [], f"{language}: make translations, then fill them in"


def test_every_translation_fills_the_same_blanks(settings: Settings) -> None:
    for language in settings.languages[1:]:
        for message in catalog(language):
            originals, strings = forms(message.id), forms(message.string)
            for string in filter(None, strings):
                assert blanks(string) <= blanks(*originals), f"{language}: {string}"
                assert blanks(originals[-1]) <= blanks(string) | {"num"}, f"{language}: {string}"


def extracted() -> set[str]:
    mapping, options = parse_mapping_cfg((ROOT / "webapp" / "babel.cfg").open())  # type: ignore[no-untyped-call]  # Babel's own
    keywords = DEFAULT_KEYWORDS | {"_l": None}
    found = extract_from_dir(str(ROOT), mapping, options, keywords=keywords, directory_filter=is_ours)
    return {forms(message)[0] for _file, _line, message, _notes, _context in found}


def is_ours(folder: str | PathLike[str]) -> bool:
    """Babel would leave out `_components` and `_base`, too."""
    return not Path(folder).name.startswith(".")


def catalog(language: str) -> Catalog:
    path = ROOT / "webapp" / "translations" / language / "LC_MESSAGES" / "messages.po"
    with path.open("rb") as file:
        return read_po(file, locale=language)


def forms(text: str | Sequence[str] | None) -> Sequence[str]:
    """A text with a plural is several."""
    return text if isinstance(text, (tuple, list)) else [str(text or "")]


def blanks(*texts: str) -> set[str]:
    return {name for text in texts for name in re.findall(r"%\((\w+)\)s", text)}
