"""What is different between two versions, word by word within a paragraph: of the written text and of the generated."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import zip_longest
from typing import Any

from flask_babel import gettext as _

from webapp.privacy.policy.document import TITLES, filled, generated_part, top_level, words_of

WORDS = re.compile(r"\w+|\s+|[^\w\s]")
ALIKE = 0.4  # below, two paragraphs have less in common than not, and word by word would be a riddle
MOST_COMPARISONS = 4_000_000  # comparing takes as long as one text times the other


@dataclass(frozen=True)
class Line:
    """A paragraph, or an entry of a list, with the title it stands under."""

    section: str
    text: str


@dataclass(frozen=True)
class Piece:
    """`mark` is `same`, `added` or `removed`."""

    mark: str
    text: str


@dataclass(frozen=True)
class Change:
    section: str
    pieces: list[Piece]


def between(older: Sequence[Line], newer: Sequence[Line]) -> list[Change]:
    """In the order of the newer text."""
    changes: list[Change] = []
    matcher = SequenceMatcher(None, [line.text for line in older], [line.text for line in newer], autojunk=False)
    for what, from_old, to_old, from_new, to_new in matcher.get_opcodes():
        if what != "equal":
            changes += _replaced(older[from_old:to_old], newer[from_new:to_new])
    return changes


def lines_of(text: str, inventory: dict[str, Any]) -> list[Line]:
    """A whole version as a reader sees it."""
    return list(_lines(text, inventory))


def _lines(text: str, inventory: dict[str, Any]) -> Iterator[Line]:
    section, facts = "", inventory["facts"]
    for tokens in top_level(text):
        if name := generated_part(tokens):
            yield from (Line(section, words) for words in _generated(name, inventory))
            continue
        for inline in (token for token in tokens if token.type in {"inline", "fence", "code_block"}):
            words = filled(words_of(inline) or inline.content, facts)
            if tokens[0].type == "heading_open" and tokens[0].tag in TITLES:
                section = words
            yield Line(section, words)


def _generated(name: str, inventory: dict[str, Any]) -> Iterator[str]:
    match name:
        case "controller" | "recipients":
            facts = inventory["facts"]
            shown = [fact for fact in facts if (fact == "data_transfers") == (name == "recipients")]
            yield from (facts[fact] for fact in shown if facts[fact])
            if name == "recipients":
                yield from sorted({who for entry in inventory["purposes"] for who in entry["recipients"]})
        case "what_we_hold":
            for entry in inventory["categories"]:
                yield f"{entry['title']}. {entry['text']}"
                yield from (_holding(holding) for holding in entry["holdings"])
        case "purposes":
            yield from (_purpose(entry) for entry in inventory["purposes"])


def _holding(holding: dict[str, Any]) -> str:
    parts = [
        ", ".join([*holding["fields"], *holding["withheld"]]),
        _("Why: %(purposes)s", purposes=", ".join(holding["purposes"])),
        _("How long: %(time)s", time=", ".join(kept["words"] for kept in holding["kept"])),
    ]
    return f"{holding['title']}: {'. '.join(parts)}"


def _purpose(entry: dict[str, Any]) -> str:
    bases = _("%(bases)s (%(law)s)", bases=", ".join(entry["bases"]), law=entry["reference"])
    return f"{entry['title']}: {entry['explanation']} {bases}. {entry['kept']['words']}"


def _replaced(older: Sequence[Line], newer: Sequence[Line]) -> Iterator[Change]:
    for old, new in zip_longest(older, newer):
        if old and new and (pieces := _word_by_word(old.text, new.text)):
            yield Change(new.section, pieces)
            continue
        if old:
            yield Change(old.section, [Piece("removed", old.text)])
        if new:
            yield Change(new.section, [Piece("added", new.text)])


def _word_by_word(old: str, new: str) -> list[Piece] | None:
    """None for two texts that have little to do with each other."""
    before, after = WORDS.findall(old), WORDS.findall(new)
    if len(before) * len(after) > MOST_COMPARISONS:
        return None
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    if matcher.ratio() < ALIKE:
        return None
    pieces: list[Piece] = []
    for what, from_old, to_old, from_new, to_new in matcher.get_opcodes():
        if what == "equal":
            pieces.append(Piece("same", "".join(after[from_new:to_new])))
            continue
        pieces += [Piece("removed", "".join(before[from_old:to_old]))] if to_old > from_old else []
        pieces += [Piece("added", "".join(after[from_new:to_new]))] if to_new > from_new else []
    return _without_splinters(pieces)


def _without_splinters(pieces: Sequence[Piece]) -> list[Piece]:
    """A space between two changed words is no reason to show them as two changes."""
    joined: list[Piece] = []
    for at, piece in enumerate(pieces):
        between_changes = 0 < at < len(pieces) - 1
        if piece.mark == "same" and between_changes and not piece.text.strip():
            joined += [Piece("removed", piece.text), Piece("added", piece.text)]
        else:
            joined.append(piece)
    return list(_grouped(joined))


def _grouped(pieces: Sequence[Piece]) -> Iterator[Piece]:
    """Between two unchanged stretches first all that was removed, then all that was added."""
    waiting = {"removed": "", "added": ""}
    for piece in [*pieces, Piece("same", "")]:
        if piece.mark != "same":
            waiting[piece.mark] += piece.text
            continue
        yield from (Piece(mark, text) for mark, text in waiting.items() if text)
        waiting = {"removed": "", "added": ""}
        if piece.text:
            yield piece
