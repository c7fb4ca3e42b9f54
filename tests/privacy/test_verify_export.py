"""Whether somebody who has a copy can tell that it is whole: offline, with the manifest alone."""

import hashlib
import io
import json
import zipfile
from pathlib import Path

import pytest
from flask import Flask

from tests.people import person, subscribe, topic
from tests.privacy.test_copy_files import made, unpacked
from webapp.privacy.copy import verification


@pytest.fixture
def copied(app: Flask) -> bytes:
    who = person()
    subscribe(who, topic())
    return made(who)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "copy.zip"


def problems(file: Path, content: bytes) -> list[str]:
    file.write_bytes(content)
    return list(verification.problems(file))


def packed(files: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def forged(copied: bytes, path: str, content: bytes) -> bytes:
    """Somebody changed a file, and its hash in the manifest, too."""
    files = unpacked(copied) | {path: content}
    manifest = json.loads(files["manifest.json"])
    for listed in manifest["files"]:
        if listed["path"] == path:
            listed |= {"size": len(content), "sha256": hashlib.sha256(content).hexdigest()}
    return packed(files | {"manifest.json": json.dumps(manifest).encode()})


def test_a_copy_as_it_was_made_has_no_problems(app: Flask, copied: bytes, file: Path) -> None:
    assert problems(file, copied) == []
    told = app.test_cli_runner().invoke(args=["verify-export", str(file)])
    assert (told.exit_code, "unchanged" in told.output) == (0, True)


def test_a_changed_file_is_named(app: Flask, copied: bytes, file: Path) -> None:
    files = unpacked(copied)
    files["index.html"] += b" "
    assert problems(file, packed(files)) == ["index.html: changed since it was made"]
    told = app.test_cli_runner().invoke(args=["verify-export", str(file)])
    assert (told.exit_code, "index.html: changed" in told.output) == (1, True)


def test_files_that_are_gone_or_new_are_named(copied: bytes, file: Path) -> None:
    files = unpacked(copied)
    del files["README.txt"]
    files["../../evil.sh"] = b"rm"
    found = problems(file, packed(files))
    assert set(found) == {
        "README.txt: missing",
        "../../evil.sh: not in the manifest",
        "../../evil.sh: leads out of the copy",
    }


@pytest.mark.parametrize(
    ("path", "content", "problem"),
    [
        ("data/subscriptions.jsonl", b"", "data/subscriptions.jsonl: 0 rows, but the manifest says 1"),
        ("data/subscriptions.csv", b"Topic\r\n", "data/subscriptions.csv: 0 rows, but the manifest says 1"),
        ("data/subscriptions.jsonl", b"{}\n", "data/subscriptions.jsonl, line 1: 'topic' is a required property"),
        ("data/subscriptions.jsonl", b"{\n", "data/subscriptions.jsonl, line 1: Expecting property name enclosed"),
        ("data/subscriptions.schema.json", b'{"type": 3}', "data/subscriptions.schema.json: 3 is not valid"),
        ("data/subscriptions.schema.json", b'{"$ref": "#"}', "data/subscriptions.jsonl, line 1: maximum recursion"),
        ("data/subscriptions.schema.json", b"no", "data/subscriptions.schema.json: Expecting value"),
        (
            "data/subscriptions.schema.json",
            b'{"$ref": "https://evil.example/schema"}',
            "data/subscriptions.jsonl, line 1: Unresolvable: https://evil.example/schema",
        ),
    ],
)
def test_what_does_not_fit_is_named_even_when_the_hash_was_changed_too(
    copied: bytes, file: Path, path: str, content: bytes, problem: str
) -> None:
    found = problems(file, forged(copied, path, content))
    assert len(found) == 1
    assert found[0].startswith(problem)


def test_a_time_that_is_none_does_not_fit(copied: bytes, file: Path) -> None:
    path = "data/subscriptions.jsonl"
    line = json.loads(unpacked(copied)[path]) | {"changed_at": "yesterday"}
    [found] = problems(file, forged(copied, path, json.dumps(line).encode()))
    assert "'yesterday' is not a 'date-time'" in found


@pytest.mark.parametrize("manifest", [b"", b"no json", b"[]", b'{"format": "other"}', b"\xff\xfe", b"[" * 100_000])
def test_what_is_no_copy_is_said_to_be_none(copied: bytes, file: Path, manifest: bytes) -> None:
    [found] = problems(file, packed(unpacked(copied) | {"manifest.json": manifest}))
    assert found.startswith("cannot be read: manifest.json")


@pytest.mark.parametrize("content", [b"", b"PK", b"not a zip at all"])
def test_what_is_no_zip_is_said_to_be_none(file: Path, content: bytes) -> None:
    assert len(problems(file, content)) == 1


def test_a_download_that_broke_off_is_noticed(copied: bytes, file: Path) -> None:
    assert len(problems(file, copied[: len(copied) // 2])) == 1


def test_a_file_that_would_fill_the_disk_is_not_unpacked_to_its_end(copied: bytes, file: Path) -> None:
    files = unpacked(copied)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content if name != "README.txt" else bytes(50_000_000))
    assert problems(file, buffer.getvalue()) == ["README.txt: changed since it was made"]


def test_no_schema_makes_us_ask_the_network(copied: bytes, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[object] = []
    monkeypatch.setattr("urllib.request.urlopen", lambda *wanted, **_options: asked.append(wanted))
    problems(file, forged(copied, "data/subscriptions.schema.json", b'{"$ref": "https://evil.example/schema"}'))
    assert asked == []
