"""Markdown as a text that was written as one: wrapped lines, dashes for lists, addresses behind their words."""

import textwrap
import unicodedata
from collections.abc import Callable, Iterator, Sequence

from markdown_it.token import Token
from markdown_it.tree import SyntaxTreeNode

WIDTH = 72

Underlining = Callable[[str, str], str]


def underline(title: str, sign: str) -> str:
    """As wide as the title: Chinese takes two columns for a character, and an accent of its own none."""
    wide = sum(unicodedata.east_asian_width(character) in "WF" for character in title)
    narrow = sum(unicodedata.category(character) in ("Mn", "Me", "Cf") for character in title)
    return sign * max(1, min(len(title) + wide - narrow, WIDTH))


def plain_text(tokens: Sequence[Token], *, below: Underlining = underline) -> str:
    """The text part of an email, from what markdown-it parsed."""
    return "\n\n".join(_blocks(SyntaxTreeNode(tokens).children, below)).strip()


def _blocks(nodes: Sequence[SyntaxTreeNode], below: Underlining) -> Iterator[str]:
    for node in nodes:
        match node.type:
            case "heading":
                title = _inline(node)
                yield f"{title}\n{below(title, '=' if node.tag == 'h1' else '-')}"
            case "bullet_list" | "ordered_list":
                yield "\n".join(_items(node, below))
            case "blockquote":
                yield textwrap.indent("\n\n".join(_blocks(node.children, below)), "> ", lambda _line: True)
            case "hr":
                yield "-" * WIDTH
            case "fence" | "code_block":
                yield textwrap.indent(node.content.rstrip(), "    ")
            case _:
                yield _wrapped(_inline(node))


def _items(node: SyntaxTreeNode, below: Underlining) -> Iterator[str]:
    for number, item in enumerate(node.children, start=int(node.attrs.get("start", 1))):
        bullet = f"{number}. " if node.type == "ordered_list" else "- "
        blocks = "\n".join(_blocks(item.children, below))
        yield bullet + textwrap.indent(blocks, " " * len(bullet)).lstrip()


def _inline(node: SyntaxTreeNode) -> str:
    match node.type:
        case "text" | "code_inline":
            return node.content
        case "softbreak":
            return " "
        case "hardbreak":
            return "\n"
        case "image":
            return f"[{node.content}]"
        case "link":
            words, address = "".join(map(_inline, node.children)), str(node.attrs["href"])
            return address if words == address else f"{words} ({address})"
        case _:
            return "".join(map(_inline, node.children))


def _wrapped(text: str) -> str:
    return "\n".join(
        textwrap.fill(line, WIDTH, break_long_words=False, break_on_hyphens=False) for line in text.split("\n")
    )
