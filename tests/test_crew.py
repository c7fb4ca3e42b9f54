"""Processes that are forked from one: really forked, really killed."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

CREW = r"""
import os, signal, sys, time
from pathlib import Path
from jobs.crew import Crew, Duty

def finish_first(_signal, _frame):
    time.sleep(0.3)
    Path(sys.argv[1]).touch()
    sys.exit()

def work():
    signal.signal(signal.SIGTERM, finish_first)
    os.write(1, b"at work\n")
    time.sleep(60)

Crew([Duty("digging", work), Duty("sowing", work)]).work()
"""


class Running:
    def __init__(self, folder: Path) -> None:
        self.finished = folder / "finished"
        self.first = subprocess.Popen([sys.executable, "-c", CREW, self.finished], stdout=subprocess.PIPE)
        self.expect_at_work(2)
        self.crew = self.crew_now()

    def expect_at_work(self, processes: int) -> None:
        assert self.first.stdout
        assert [self.first.stdout.readline() for _ in range(processes)] == [b"at work\n"] * processes

    def crew_now(self) -> dict[str, psutil.Process]:
        return {process.name(): process for process in psutil.Process(self.first.pid).children()}


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Running]:
    running = Running(tmp_path)
    yield running
    running.first.kill()
    running.first.communicate()  # until none of them holds its end


def test_each_process_is_named_for_its_duty(running: Running) -> None:
    assert running.crew.keys() == {"digging", "sowing"}


def test_one_that_is_killed_is_replaced_and_the_other_goes_on(running: Running) -> None:
    running.crew["digging"].kill()
    running.expect_at_work(1)
    now = running.crew_now()
    assert now["digging"].pid != running.crew["digging"].pid
    assert now["sowing"] == running.crew["sowing"]


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_told_to_end_it_passes_that_on_and_waits_until_work_is_finished(running: Running, how: signal.Signals) -> None:
    running.first.send_signal(how)
    assert running.first.wait(5) == 0
    assert running.finished.exists()
    assert not any(process.is_running() for process in running.crew.values())


def test_killed_it_leaves_none_behind_and_their_work_is_finished(running: Running) -> None:
    running.first.kill()
    _gone, left = psutil.wait_procs(running.crew.values(), timeout=5)
    assert left == []
    assert running.finished.exists()
