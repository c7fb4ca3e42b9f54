"""The supervisor of `make demo`, with real processes."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from time import monotonic, sleep

import psutil
import pytest

from deploy.demo.processes import NotReady, Process, Program, Supervisor, end_leftovers, marked, read_procfile
from deploy.demo.services import free_port

SUPERVISE = """
import os, sys, time
from pathlib import Path
from deploy.demo.processes import Supervisor, marked, read_procfile
folder = Path(sys.argv[1])
supervisor = Supervisor(folder / "log", print)
supervisor.start(*read_procfile(folder / "Procfile", marked(os.environ, folder)))
print("up", flush=True)
time.sleep(60)
"""

OCCUPY = """
import sys, time
from pathlib import Path
from deploy.demo.occupancy import occupied
with occupied(Path(sys.argv[1])):
    print("up", flush=True)
    time.sleep(60)
"""


@pytest.fixture
def news() -> list[str]:
    return []


@pytest.fixture
def supervisor(tmp_path: Path, news: list[str]) -> Iterator[Supervisor]:
    supervisor = Supervisor(tmp_path / "log", news.append)
    yield supervisor
    supervisor.end()


def test_a_killed_process_is_started_again_and_told(supervisor: Supervisor, news: list[str]) -> None:
    (process,) = supervisor.start(_program("web", "sleep 60"))
    killed = process.pid
    os.kill(killed, signal.SIGKILL)
    _watch(supervisor, until=lambda: process.pid != killed)
    assert _is_running(process.pid)
    assert [line.partition(" (")[0] for line in news] == ["web was ended by SIGKILL; it starts again in 0.5 s"]


def test_a_process_that_keeps_dying_gets_longer_and_longer_pauses(supervisor: Supervisor, news: list[str]) -> None:
    supervisor.start(_program("web", "echo no such port; exit 3"))
    _watch(supervisor, until=lambda: len(news) == 2)
    first, second = news
    assert first.startswith("web ended with code 3; it starts again in 0.5 s")
    assert first.endswith("no such port")
    assert second.startswith("web ended with code 3; it starts again in 1 s")


def test_what_a_killed_process_leaves_behind_ends_with_it(supervisor: Supervisor) -> None:
    (process,) = supervisor.start(_program("web", "sleep 60 & wait"))
    _soon(lambda: bool(psutil.Process(process.pid).children()))
    (child,) = psutil.Process(process.pid).children()
    os.kill(process.pid, signal.SIGKILL)
    _watch(supervisor, until=lambda: not _is_running(child.pid))


def test_ending_the_supervisor_ends_every_process_last_started_first(tmp_path: Path) -> None:
    order = tmp_path / "order"
    supervisor = Supervisor(tmp_path / "log", print)
    for name in ("database", "web"):
        supervisor.start(
            _program(name, f"trap 'echo {name} >> {order}; exit' TERM; echo up; while :; do sleep 0.05; done")
        )
    _soon(lambda: all((tmp_path / "log" / f"{name}.log").read_text() for name in ("database", "web")))
    supervisor.end()
    assert order.read_text().split() == ["web", "database"]


def test_a_process_that_does_not_listen_is_killed(supervisor: Supervisor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("deploy.demo.processes.TIME_TO_END", 0.2)
    (process,) = supervisor.start(_program("web", "trap '' TERM; echo up; while :; do sleep 0.05; done"))
    _soon(lambda: "up" in process.last_words())
    supervisor.end()
    assert not _is_running(process.pid)


def test_what_a_killed_supervisor_leaves_behind_is_found_and_ended(tmp_path: Path) -> None:
    (tmp_path / "Procfile").write_text("# two of them\nweb: sleep 60\n\nworker: trap '' TERM; sleep 60 & sleep 60\n")
    supervisor = _start(SUPERVISE, tmp_path)
    left = psutil.Process(supervisor.pid).children(recursive=True)
    stranger = subprocess.Popen(["sleep", "60"], env=marked(os.environ, tmp_path / "another"))
    supervisor.kill()
    supervisor.communicate()
    end_leftovers(tmp_path)
    assert not any(_is_running(process.pid) for process in left)
    assert stranger.poll() is None
    stranger.kill()
    stranger.wait()


def test_a_procfile_line_sees_the_settings(tmp_path: Path) -> None:
    (tmp_path / "Procfile").write_text("web: echo ${GREETING:-nothing} on ${PORT:-8000}: ready\n")
    (program,) = read_procfile(tmp_path / "Procfile", {"GREETING": "hello"})
    process = Process(program, tmp_path / "web.log")
    _soon(lambda: process.last_words() == "hello on 8000: ready")
    process.end()


def test_a_process_that_does_not_get_ready_is_named_with_its_last_words(tmp_path: Path) -> None:
    process = Process(_program("web", "echo the database is not there; sleep 60"), tmp_path / "web.log")
    with pytest.raises(NotReady, match=r"web does not start.*\n.*the database is not there"):
        process.wait_until(lambda: False, timeout=0.3)
    process.end()


@pytest.mark.parametrize("address", ["127.0.0.1", "::1"])
def test_a_taken_port_is_named_in_the_message(tmp_path: Path, address: str) -> None:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with closing(socket.socket(family)) as listener:
        listener.bind((address, 0))
        listener.listen()
        port = listener.getsockname()[1]
        refusal = _demo(tmp_path, port)
    assert refusal.returncode == 1
    assert f"Port {port} is taken" in refusal.stderr
    assert f"make demo PORT={port + 1}" in refusal.stderr


def test_a_port_that_is_none_is_refused(tmp_path: Path) -> None:
    assert "PORT=eighty is not a port number" in _demo(tmp_path, "eighty").stderr


def test_one_folder_has_one_demo(tmp_path: Path) -> None:
    first = _start(OCCUPY, tmp_path)
    assert f"already running. To end it: Ctrl-C there, or kill {first.pid}" in _demo(tmp_path, free_port()).stderr
    _reset(tmp_path)
    assert first.wait(5) == -signal.SIGTERM
    assert not tmp_path.exists()


def test_reset_removes_no_folder_that_the_demo_did_not_make(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").touch()
    assert "was not made by the demo" in _reset(tmp_path).stderr
    assert (tmp_path / "thesis.txt").exists()


def _program(name: str, script: str) -> Program:
    return Program(name, ["/bin/sh", "-c", script], os.environ)


def _start(script: str, folder: Path) -> subprocess.Popen[bytes]:
    process = subprocess.Popen([sys.executable, "-c", script, folder], stdout=subprocess.PIPE)
    assert process.stdout is not None
    assert process.stdout.readline() == b"up\n"
    return process


def _demo(folder: Path, port: int | str) -> subprocess.CompletedProcess[str]:
    return _run("deploy.demo", {"CANDOR_VAR": str(folder), "PORT": str(port)})


def _reset(folder: Path) -> subprocess.CompletedProcess[str]:
    return _run("deploy.demo.reset", {"CANDOR_VAR": str(folder)})


def _run(module: str, settings: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", module], env=os.environ | settings, capture_output=True, text=True, timeout=30
    )


def _watch(supervisor: Supervisor, *, until: Callable[[], bool]) -> None:
    def looked() -> bool:
        supervisor.look()
        return until()

    _soon(looked)


def _is_running(pid: int) -> bool:
    return psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE


def _soon(condition: Callable[[], bool], seconds: float = 10) -> None:
    deadline = monotonic() + seconds
    while not condition():
        assert monotonic() < deadline, "it did not happen in time"
        sleep(0.02)
