"""What guards the whole house: rules that hold for every route, job, template, setting and text there is."""

import ast
import importlib
import re
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
        path = ROOT / "webapp" / "translations" / language / "LC_MESSAGES" / "messages.po"
        catalog = read_po(path.open("rb"), locale=language)
        assert missing(texts, catalog) == [], f"{language}: make translations, then fill them in"


def test_every_translation_fills_the_same_blanks(settings: Settings) -> None:
    for language in settings.languages[1:]:
        path = ROOT / "webapp" / "translations" / language / "LC_MESSAGES" / "messages.po"
        for message in read_po(path.open("rb"), locale=language):
            originals = message.id if isinstance(message.id, tuple) else (message.id,)
            strings = message.string if isinstance(message.string, tuple) else (message.string,)
            allowed = {name for original in originals for name in blanks(original)}
            for string in filter(None, strings):
                assert set(blanks(string)) <= allowed, f"{language}: {string}"
                assert set(blanks(originals[-1])) <= set(blanks(string)) | {"num"}, f"{language}: {string}"


def extracted() -> set[str]:
    mapping, options = parse_mapping_cfg((ROOT / "webapp" / "babel.cfg").open())
    keywords = DEFAULT_KEYWORDS | {"_l": None}
    found = extract_from_dir(str(ROOT), mapping, options, keywords=keywords, directory_filter=is_ours)
    return {message[0] if isinstance(message, tuple) else message for _file, _line, message, _notes, _context in found}


def is_ours(folder: str | PathLike[str]) -> bool:
    """Babel would leave out `_components` and `_base`, too."""
    return not Path(folder).name.startswith(".")


def missing(texts: set[str], catalog: Catalog) -> list[str]:
    return sorted(text for text in texts if not (entry := catalog.get(text)) or not entry.string or entry.fuzzy)


def blanks(text: str) -> list[str]:
    return re.findall(r"%\((\w+)\)s", text)
