"""The mailbox for bounces, on a port of its own in a thread of its own."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date

from deploy.demo.imap import Folder, Mailbox
from deploy.demo.services import free_port


class TestMailbox(Mailbox):
    __test__ = False

    def __init__(self) -> None:
        super().__init__("bounces", "a secret/of ours")
        self.port = free_port()

    @property
    def url(self) -> str:
        return f"imap://bounces:a%20secret%2Fof%20ours@127.0.0.1:{self.port}/INBOX"

    @property
    def inbox(self) -> Folder:
        return self.folders["INBOX"]

    def receive(self, raw: bytes, *, on: date = date(2026, 11, 16)) -> None:
        self.inbox.add(raw, arrived=on)


@contextmanager
def running() -> Iterator[TestMailbox]:
    mailbox, loop = TestMailbox(), asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()  # first: in a process that drives a browser, a loop is running in this thread
    server = asyncio.run_coroutine_threadsafe(mailbox.serve(host="127.0.0.1", port=mailbox.port), loop).result(5)
    yield mailbox
    asyncio.run_coroutine_threadsafe(_end(server), loop).result(5)
    loop.call_soon_threadsafe(loop.stop)
    thread.join(5)
    loop.close()


async def _end(server: asyncio.Server) -> None:
    server.close()
    talks = asyncio.all_tasks() - {asyncio.current_task()}
    for talk in talks:
        talk.cancel()
    await asyncio.gather(*talks, return_exceptions=True)
