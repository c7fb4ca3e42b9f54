"""What `make demo` shows in the terminal."""

import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress

BAR = 24

SignIn = tuple[str, str, str]


def say(text: str) -> None:
    # The terminal may be gone; that must not keep anything from being ended.
    with suppress(OSError):
        print(text, flush=True)


@contextmanager
def step(label: str) -> Iterator[None]:
    started = time.monotonic()
    _sketch(f"  · {label}")
    yield
    _clear()
    say(f"  ✓ {label} ({time.monotonic() - started:.1f} s)")


def progress(label: str, done: int, total: int) -> None:
    if done < total:
        filled = BAR * done // total
        _sketch(f"  · {'█' * filled}{'░' * (BAR - filled)} {label} {done:,} of {total:,}")
    else:
        _clear()
        say(f"  ✓ {label} ({total:,})")


def welcome(address: str, sign_ins: Sequence[SignIn], *, seconds: float) -> str:
    role, email, _ = (max((len(column) for column in columns), default=0) for columns in zip(*sign_ins, strict=True))
    lines = [
        f"Candor is running: {address}",
        "",
        *(f"{who.capitalize():<{role}}  {where:<{email}}  {password}" for who, where, password in sign_ins),
        "",
        f"The code that staff needs, too: {address}/dev/code",
        f"Every email it sends: {address}/dev/mail",
        f"Ctrl-C ends it, make reset clears it. Up in {seconds:.1f} s.",
    ]
    width = max(len(line) for line in lines)
    return "\n".join(["", f"╭─{'─' * width}─╮", *(f"│ {line:<{width}} │" for line in lines), f"╰─{'─' * width}─╯"])


def _sketch(text: str) -> None:
    if sys.stdout.isatty():
        sys.stdout.write(f"\r\033[K{text}")
        sys.stdout.flush()


def _clear() -> None:
    _sketch("")
