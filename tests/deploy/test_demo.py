"""`make demo` as a whole: really started, really killed."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from time import monotonic, sleep

import psutil
import pytest

from tests.demo import Demo

pytestmark = [pytest.mark.deep, pytest.mark.timeout(600)]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("demo") / "var"
    with running(folder, within=300):
        pass
    return folder


@contextmanager
def running(folder: Path, *, within: float = 120) -> Iterator[Demo]:
    demo = Demo(folder)
    try:
        demo.wait_until_up(within)
        yield demo
    finally:
        if demo.supervisor.poll() is None:
            demo.end()


def test_it_starts_again_with_its_keys_and_ends_without_a_trace(folder: Path) -> None:
    keys = _keys(folder)
    with running(folder) as demo:
        assert len(demo.processes()) >= 8
    assert demo.processes() == []
    assert _keys(folder) == keys


def test_nothing_listens_beyond_this_machine(folder: Path) -> None:
    with running(folder) as demo:
        connections = [connection for process in demo.processes() for connection in process.net_connections("inet")]
        listening = {connection.laddr.ip for connection in connections if connection.status == psutil.CONN_LISTEN}
    assert listening == {"127.0.0.1"}


def test_after_a_kill_of_all_of_it_it_starts_again(folder: Path) -> None:
    with running(folder) as demo:
        demo.supervisor.kill()
        for process in demo.processes():
            process.kill()
        demo.supervisor.wait()
    with running(folder):
        pass


def test_after_a_kill_of_the_supervisor_alone_it_starts_again(folder: Path) -> None:
    with running(folder) as demo:
        demo.supervisor.kill()
        demo.supervisor.wait()
    with running(folder) as again:
        assert again.supervisor.pid != demo.supervisor.pid


def test_a_kill_of_any_part_is_repaired_while_it_runs(folder: Path) -> None:
    with running(folder) as demo:
        before = {process.pid: process.cmdline() for process in demo.processes()}
        for pid in before:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
            sleep(0.5)
        _until_repaired(demo, sorted(before.values()), 60)
        assert not before.keys() & {process.pid for process in demo.processes()}


def _until_repaired(demo: Demo, commands: list[list[str]], seconds: float) -> None:
    deadline = monotonic() + seconds
    while _commands(demo) != commands or not demo.is_ready():
        assert monotonic() < deadline, _commands(demo)
        sleep(0.2)


def _commands(demo: Demo) -> list[list[str]]:
    with suppress(psutil.NoSuchProcess):
        return sorted(process.cmdline() for process in demo.processes())
    return []


def _keys(folder: Path) -> list[str]:
    return [line for line in (folder / "demo.env").read_text().splitlines() if "KEY" in line]
