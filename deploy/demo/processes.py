"""Keeps programs running: each in a process group of its own, its output in a log file, started again when it ends."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

# Every process of a demo carries its folder in this variable: one found with it is ours, whatever became of its parent.
MARK = "CANDOR_DEMO_PROCESS"

FIRST_PAUSE, LONGEST_PAUSE = 0.5, 10.0
TIME_TO_END = 10.0
LARGEST_LOG = 10_000_000

Say = Callable[[str], None]


@dataclass(frozen=True)
class Program:
    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    stop_signal: signal.Signals = signal.SIGTERM
    scratch: Path | None = None


class NotReady(Exception):
    """A program did not come up in time; the text is for people."""


class Process:
    """A program that is running, or will be again after a pause that doubles with each quick death."""

    def __init__(self, program: Program, log: Path) -> None:
        self.program = program
        self.log = log
        self._pause = FIRST_PAUSE
        self._restart_at: float | None = None
        log.parent.mkdir(parents=True, exist_ok=True)
        if log.exists() and log.stat().st_size > LARGEST_LOG:
            log.replace(log.with_suffix(".previous.log"))
        self._start()

    @property
    def pid(self) -> int:
        return self._popen.pid

    @property
    def is_running(self) -> bool:
        return self._popen.poll() is None

    def restart_if_ended(self) -> str | None:
        """What there is to tell about it, once per death."""
        if self._popen.poll() is None:
            return None
        now = time.monotonic()
        if self._restart_at is None:
            return self._bury(now)
        if now >= self._restart_at:
            self._restart_at = None
            self._start()
        return None

    def wait_until(self, ready: Callable[[], bool], *, timeout: float = 30.0) -> None:
        deadline = time.monotonic() + timeout
        while self._popen.poll() is not None or not ready():
            self.restart_if_ended()
            if time.monotonic() > deadline:
                raise NotReady(f"{self.program.name} does not start. The end of {self.log}:\n{self.last_words()}")
            time.sleep(0.02)

    def ask_to_end(self) -> None:
        self._popen.send_signal(self.program.stop_signal)

    def end(self) -> None:
        if self._restart_at is None:
            self.ask_to_end()
            with suppress(subprocess.TimeoutExpired):
                self._popen.wait(TIME_TO_END)
            self._kill_group()
            self._popen.wait()
        if self.program.scratch:
            shutil.rmtree(self.program.scratch, ignore_errors=True)

    def last_words(self, lines: int = 5) -> str:
        with suppress(FileNotFoundError), self.log.open("rb") as log:  # somebody may have cleared the folder
            log.seek(max(0, self.log.stat().st_size - 4000))
            return "\n".join(log.read().decode(errors="replace").splitlines()[-lines:])
        return ""

    def _start(self) -> None:
        self._started = time.monotonic()
        with self.log.open("ab") as log:
            self._popen = subprocess.Popen(
                [*_ending_with_us(self.program.stop_signal), *self.program.command],
                env=self.program.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                process_group=0,
            )

    def _bury(self, now: float) -> str:
        self._kill_group()
        if now - self._started > LONGEST_PAUSE:
            self._pause = FIRST_PAUSE
        pause, self._pause = self._pause, min(self._pause * 2, LONGEST_PAUSE)
        self._restart_at = now + pause
        return f"{self.program.name} {_ending(self._popen.returncode)}; it starts again in {pause:g} s ({self.log})"

    def _kill_group(self) -> None:
        # Web workers outlive a killed web server and would go on answering on its port.
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, signal.SIGKILL)


class Supervisor:
    """Starts programs in batches, keeps them running, and ends them in the opposite order."""

    def __init__(self, logs: Path, say: Say) -> None:
        self._logs = logs
        self._say = say
        self._batches: list[list[Process]] = []

    def start(self, *programs: Program) -> list[Process]:
        batch: list[Process] = []
        self._batches.append(batch)
        batch.extend(Process(program, self._logs / f"{program.name}.log") for program in programs)
        return batch

    def look(self) -> None:
        for batch in self._batches:
            for process in batch:
                if news := process.restart_if_ended():
                    self._say(f"{news}\n{process.last_words(3)}")

    def end(self) -> None:
        for batch in reversed(self._batches):
            for process in batch:
                process.ask_to_end()
            for process in batch:
                process.end()
        self._batches.clear()


def read_procfile(procfile: Path, environment: Mapping[str, str]) -> list[Program]:
    lines = (line.partition(":") for line in procfile.read_text().splitlines() if line and not line.startswith("#"))
    return [Program(name, ["/bin/sh", "-c", f"exec {command.strip()}"], environment) for name, _, command in lines]


def marked(environment: Mapping[str, str], folder: Path) -> dict[str, str]:
    return {**environment, MARK: str(folder.resolve())}


def marked_processes(folder: Path) -> list[psutil.Process]:
    mark = str(folder.resolve())
    return [process for process in psutil.process_iter() if _mark_of(process) == mark]


def end_leftovers(folder: Path) -> None:
    """Ends what a killed supervisor of the same folder left running."""
    end_processes(marked_processes(folder))


def end_processes(processes: Sequence[psutil.Process], how: signal.Signals = signal.SIGTERM) -> None:
    for process in processes:
        with suppress(psutil.NoSuchProcess):
            process.send_signal(how)
    _, stubborn = psutil.wait_procs(processes, timeout=TIME_TO_END)
    for process in stubborn:
        with suppress(psutil.NoSuchProcess):
            process.kill()
    psutil.wait_procs(stubborn, timeout=TIME_TO_END)


def _mark_of(process: psutil.Process) -> str | None:
    try:
        return None if process.pid == os.getpid() else process.environ().get(MARK)
    except (psutil.Error, OSError):
        return None


def _ending_with_us(how: signal.Signals) -> list[str]:
    """Linux can signal a program when its parent dies; elsewhere the next start finds it by its mark."""
    if sys.platform == "linux" and shutil.which("setpriv"):
        return ["setpriv", "--pdeathsig", how.name.removeprefix("SIG"), "--"]
    return []


def _ending(code: int) -> str:
    return f"was ended by {signal.Signals(-code).name}" if code < 0 else f"ended with code {code}"
