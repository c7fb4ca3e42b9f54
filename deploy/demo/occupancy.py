"""One demo per folder, and one program per port."""

import errno
import fcntl
import os
import signal
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil

TIME_TO_LEAVE = 30.0


class Refusal(Exception):
    """Why the demo does not start, as a text for people."""


@contextmanager
def occupied(folder: Path) -> Iterator[None]:
    """Holds the folder for this process. The kernel gives it free however the process ends, even by kill -9."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = (folder / "demo.lock").open("a+")
    except PermissionError:
        raise Refusal(
            f"{folder} belongs to another user. Remove it as that user, or set CANDOR_VAR to another folder."
        ) from None
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Refusal(f"The demo is already running. To end it: Ctrl-C there, or kill {occupant(folder)}") from None
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield


def occupant(folder: Path) -> int | None:
    """The process that runs the demo of this folder."""
    with suppress(FileNotFoundError), (folder / "demo.lock").open() as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return int(lock.read())
    return None


def evict(folder: Path) -> None:
    """Ends the demo of this folder, if it runs."""
    deadline = time.monotonic() + TIME_TO_LEAVE
    while pid := occupant(folder):
        os.kill(pid, signal.SIGTERM if time.monotonic() < deadline else signal.SIGKILL)
        time.sleep(0.2)


def refuse_taken(port: int) -> None:
    try:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(("127.0.0.1", port))
    except PermissionError:
        raise Refusal(f"Port {port} is only for the administrator. {_other_port(port + 8000)}") from None
    except OSError as error:
        if error.errno != errno.EADDRINUSE:
            raise
        raise Refusal(f"Port {port} is taken{_by_whom(port)}. {_other_port(port + 1)}") from None
    if _answers_on_ipv6(port):
        raise Refusal(f"Port {port} is taken on localhost{_by_whom(port)}. {_other_port(port + 1)}")


def _answers_on_ipv6(port: int) -> bool:
    # Browsers try ::1 first when they are told "localhost".
    with suppress(OSError), socket.create_connection(("::1", port), timeout=1):
        return True
    return False


def _by_whom(port: int) -> str:
    with suppress(psutil.Error, OSError):
        listening = (found for found in psutil.net_connections("tcp") if found.status == psutil.CONN_LISTEN)
        for connection in listening:
            if connection.laddr and connection.laddr.port == port and connection.pid:
                return f" by {psutil.Process(connection.pid).name()} (process {connection.pid})"
    return ""


def _other_port(port: int) -> str:
    return f"Choose another: make demo PORT={port}"
