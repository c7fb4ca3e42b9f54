"""What the documents name is there, what they say about tests is true, and they leave no requirement out."""

import ast
import re
from pathlib import Path

from webapp.config import Settings

ROOT = Path(__file__).parents[1]
SECURITY = (ROOT / "docs" / "security.md").read_text()
DELIVERY = (ROOT / "docs" / "delivery.md").read_text()
MODULES = {path.name: str(path) for path in (ROOT / "webapp").rglob("*.py")}

# OWASP ASVS 5.0.0: by chapter, section and number what is of level 1 or 2. In each section level 3 comes last.
CHAPTERS = {
    3: ["2.1-2", "3.1-4", "4.1-6", "5.1-5", "7.1-2"],
    6: ["1.1-3", "2.1-12", "3.1-4", "4.1-4", "5.1-5", "6.1-3", "8.1-4"],
    7: ["1.1-3", "2.1-4", "3.1-2", "4.1-5", "5.1-2", "6.1-2"],
    8: ["1.1-2", "2.1-3", "3.1-1", "4.1-1"],
    9: ["1.1-3", "2.1-4"],
    14: ["2.1-3", "3.1-3"],
}


def test_each_named_test_exists() -> None:
    named = re.findall(r"`(tests/[\w/]+\.py)::([\w:]+)`", SECURITY)
    assert named
    assert [f"{path}::{name}" for path, name in named if name not in defined_in(path)] == []


def test_no_requirement_is_left_out() -> None:
    assert listed() == {
        f"{chapter}.{section}.{number}"
        for chapter, sections in CHAPTERS.items()
        for section, first, last in (re.split(r"[.-]", each) for each in sections)
        for number in range(int(first), int(last) + 1)
    }


def test_what_is_not_met_is_said_where_it_stands_and_in_its_own_part() -> None:
    table, own_part = SECURITY.split("\n## Not met\n")
    marked = {line.split("|")[1].strip() for line in table.splitlines() if "](#not-met)" in line and line[0] == "|"}
    assert marked == set(re.findall(r"^\| (\d\S*)", own_part, re.MULTILINE))


def test_the_way_of_an_email_leads_through_modules_and_functions_that_are_there() -> None:
    assert {Path(name).name for name in re.findall(r"`([\w/]+\.py)`", DELIVERY)} <= MODULES.keys()
    named = [name.split(".") for name in re.findall(r"`([a-z_]+\.[a-z_]+)`", DELIVERY)]
    functions = [(module, name) for module, name in named if name != "py" and f"{module}.py" in MODULES]
    assert functions
    assert [f"{module}.{name}" for module, name in functions if name not in defined_in(MODULES[f"{module}.py"])] == []


def test_the_way_of_an_email_is_set_by_settings_that_are_there() -> None:
    about_it = re.compile(r"`((?:SMTP|MAIL|BOUNCE|CAMPAIGN|DOMAIN|PAUSE|MOST)_[A-Z_]+)`")
    assert set(about_it.findall(DELIVERY)) <= {name.upper() for name in Settings.model_fields}


def listed() -> set[str]:
    before = SECURITY.split("\n## Not met\n")[0]
    return {number for cell in re.findall(r"^\| (\d\S*) \|", before, re.MULTILINE) for number in spread(cell)}


def spread(cell: str) -> list[str]:
    """`6.8.1–6.8.4` is four."""
    first, _, last = cell.partition("–")
    section, _, number = first.rpartition(".")
    return [f"{section}.{each}" for each in range(int(number), int((last or first).rpartition(".")[2]) + 1)]


def defined_in(path: str) -> set[str]:
    body = ast.parse((ROOT / path).read_text()).body
    groups = [("", body), *((f"{node.name}::", node.body) for node in body if isinstance(node, ast.ClassDef))]
    return {f"{group}{node.name}" for group, nodes in groups for node in nodes if isinstance(node, ast.FunctionDef)}
