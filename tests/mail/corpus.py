"""Emails as mail servers and programs write them, by what they mean: `bounces/hard_bounce/gmail_inactive.eml`.

They are written after the RFCs and after what servers are known to send; no person and no company in them is real.
`{undelivered}` and `{no_more}` stand for the addresses of the email that they answer.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from webapp.mail.bounces.findings import Meaning

FOLDER = Path(__file__).parent / "bounces"
HARD, SOFT, COMPLAINT = Meaning.HARD_BOUNCE, Meaning.SOFT_BOUNCE, Meaning.COMPLAINT


@dataclass(frozen=True)
class Sample:
    name: str
    meaning: Meaning
    raw: bytes

    def addressed(self, *, undelivered: str, no_more: str) -> bytes:
        return self.raw.replace(b"{undelivered}", undelivered.encode()).replace(b"{no_more}", no_more.encode())


@dataclass(frozen=True)
class Score:
    """`precision`: how many of those found are right. `recall`: how many of those there are were found."""

    what: str
    there: int
    found: int
    right: int

    @property
    def precision(self) -> float:
        return self.right / self.found if self.found else 1.0

    @property
    def recall(self) -> float:
        return self.right / self.there if self.there else 1.0


def samples() -> Iterator[Sample]:
    for file in sorted(FOLDER.glob("*/*.eml")):
        yield Sample(f"{file.parent.name}/{file.stem}", Meaning(file.parent.name), file.read_bytes())


GROUPS: dict[str, Callable[[Meaning], bool]] = {
    "hard bounces": lambda meaning: meaning is HARD,
    "soft bounces": lambda meaning: meaning is SOFT,
    "bounces": lambda meaning: meaning in (HARD, SOFT),
    "complaints": lambda meaning: meaning is COMPLAINT,
    "requests to unsubscribe": lambda meaning: meaning is Meaning.UNSUBSCRIBE,
    "answers by programs": lambda meaning: meaning in (Meaning.AUTO_REPLY, Meaning.CHALLENGE),
    "not delivered yet, or delivered": lambda meaning: meaning in (Meaning.DELAYED, Meaning.DELIVERED),
}


def scores(told: list[tuple[Meaning, Meaning]]) -> list[Score]:
    """Of pairs of what it is, and what it was taken for."""
    return [
        Score(
            what,
            there=sum(belongs(true) for true, _ in told),
            found=sum(belongs(taken) for _, taken in told),
            right=sum(belongs(true) and belongs(taken) for true, taken in told),
        )
        for what, belongs in GROUPS.items()
    ]


def table(figures: list[Score]) -> str:
    """As `docs/delivery.md` shows it."""
    rows = [f"| {one.what} | {one.there} | {one.precision:.1%} | {one.recall:.1%} |" for one in figures]
    return "\n".join(["| | in the corpus | precision | recall |", "|---|---:|---:|---:|", *rows])
