"""A mailbox that is read by IMAP: as much of RFC 3501 as our reader speaks, and all of it in memory."""

import asyncio
import re
import shlex
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, datetime

DATE = "%d-%b-%Y"


@dataclass
class Stored:
    uid: int
    raw: bytes
    arrived: date
    flags: set[str] = field(default_factory=set)


class Folder:
    def __init__(self, validity: int = 1) -> None:
        self.validity = validity
        self.stored: list[Stored] = []
        self._last = 0

    def add(self, raw: bytes, *, arrived: date) -> None:
        self._last += 1
        self.stored.append(Stored(self._last, raw, arrived))

    def expunge(self) -> Iterator[int]:
        """The numbers that they had, from the last to the first."""
        for number in range(len(self.stored), 0, -1):
            if r"\Deleted" in self.stored[number - 1].flags:
                del self.stored[number - 1]
                yield number

    def matching(self, words: list[str]) -> list[Stored]:
        found = [stored for number, stored in enumerate(self.stored, 1) if _in_set(number, words)]
        if "UNDELETED" in words:
            found = [stored for stored in found if r"\Deleted" not in stored.flags]
        if "UNFLAGGED" in words:
            found = [stored for stored in found if r"\Flagged" not in stored.flags]
        if "BEFORE" in words:
            day = datetime.strptime(words[words.index("BEFORE") + 1], DATE).date()  # noqa: DTZ007  # a day, no time
            found = [stored for stored in found if stored.arrived < day]
        return found


class Mailbox:
    """`refuses` decides which commands are answered with NO, and `hangs_up` at which the connection ends."""

    def __init__(self, name: str, password: str) -> None:
        self.name, self.password = name, password
        self.folders = {"INBOX": Folder()}
        self.commands: list[str] = []
        self.refuses: Callable[[str], bool] = lambda command: False
        self.hangs_up: Callable[[str], bool] = lambda command: False

    async def serve(self, *, host: str, port: int) -> asyncio.Server:
        return await asyncio.start_server(self._talk, host, port)

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"* OK ready\r\n")
        conversation = _Conversation(self)
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            while line := await reader.readline():
                tag, _, command = line.decode().strip().partition(" ")
                self.commands.append(command)
                if self.hangs_up(command):
                    break
                writer.write(b"".join(conversation.answer(tag, command)))
                await writer.drain()
                if command.upper() == "LOGOUT":
                    break
        writer.close()


class _Conversation:
    def __init__(self, mailbox: Mailbox) -> None:
        self._mailbox = mailbox
        self._folder = Folder()

    def answer(self, tag: str, command: str) -> Iterator[bytes]:
        words = shlex.split(command.replace("\\", "\\\\"))
        verb = words.pop(0).upper()
        verb = f"UID_{words.pop(0).upper()}" if verb == "UID" else verb
        known = getattr(self, f"_{verb.lower()}", None)
        if known is None or self._mailbox.refuses(command):
            yield f"{tag} NO not possible\r\n".encode()
            return
        try:
            yield from known(words)
            yield f"{tag} OK done\r\n".encode()
        except (KeyError, PermissionError):
            yield f"{tag} NO [TRYCREATE] not possible\r\n".encode()

    def _capability(self, _words: list[str]) -> Iterator[bytes]:
        yield b"* CAPABILITY IMAP4rev1\r\n"

    def _noop(self, _words: list[str]) -> Iterator[bytes]:
        yield b""

    def _logout(self, _words: list[str]) -> Iterator[bytes]:
        yield b"* BYE until next time\r\n"

    def _login(self, words: list[str]) -> Iterator[bytes]:
        if words != [self._mailbox.name, self._mailbox.password]:
            raise PermissionError
        yield b""

    def _select(self, words: list[str]) -> Iterator[bytes]:
        self._folder = self._mailbox.folders[words[0]]
        yield f"* {len(self._folder.stored)} EXISTS\r\n* OK [UIDVALIDITY {self._folder.validity}] valid\r\n".encode()

    def _create(self, words: list[str]) -> Iterator[bytes]:
        self._mailbox.folders.setdefault(words[0], Folder())
        yield b""

    def _expunge(self, _words: list[str]) -> Iterator[bytes]:
        for number in self._folder.expunge():
            yield f"* {number} EXPUNGE\r\n".encode()

    def _uid_search(self, words: list[str]) -> Iterator[bytes]:
        found = " ".join(str(stored.uid) for stored in self._folder.matching(words))
        yield f"* SEARCH {found}\r\n".encode()

    def _uid_fetch(self, words: list[str]) -> Iterator[bytes]:
        limit = re.search(r"<0\.(\d+)>", " ".join(words))
        for number, stored in self._named(words[0]):
            raw = stored.raw[: int(limit[1])] if limit else stored.raw
            yield f"* {number} FETCH (UID {stored.uid} BODY[]<0> {{{len(raw)}}}\r\n".encode() + raw + b")\r\n"

    def _uid_store(self, words: list[str]) -> Iterator[bytes]:
        for _number, stored in self._named(words[0]):
            stored.flags.update(words[2].strip("()").split())
        yield b""

    def _uid_copy(self, words: list[str]) -> Iterator[bytes]:
        target = self._mailbox.folders[words[1]]
        for _number, stored in self._named(words[0]):
            target.add(stored.raw, arrived=stored.arrived)
        yield b""

    def _named(self, uid: str) -> Iterator[tuple[int, Stored]]:
        yield from ((number, stored) for number, stored in enumerate(self._folder.stored, 1) if str(stored.uid) == uid)


def _in_set(number: int, words: list[str]) -> bool:
    """Whether a set such as `1:500` names it; without one all are meant."""
    bounds = re.match(r"(\d+):(\d+)$", words[0]) if words else None
    return bounds is None or int(bounds[1]) <= number <= int(bounds[2])
