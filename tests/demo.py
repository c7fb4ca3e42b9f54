"""A demo of its own: what `make demo` starts, really started, on a free port and with a folder of its own."""

import http.client
import os
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from time import monotonic, sleep

import psutil

from deploy.demo.processes import marked_processes
from deploy.demo.services import free_port


class Demo:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()
        self.url = f"http://localhost:{self.port}"
        self.output = folder.parent / "output.txt"
        settings = {"CANDOR_VAR": str(folder), "PORT": str(self.port)}
        # A shell lets what it starts in the background ignore Ctrl-C, and what that starts, too.
        signal.signal(signal.SIGINT, signal.default_int_handler)
        with self.output.open("w") as output:
            self.supervisor = subprocess.Popen(
                [sys.executable, "-m", "deploy.demo"], env=os.environ | settings, stdout=output, stderr=output
            )

    def wait_until_up(self, seconds: float) -> None:
        deadline = monotonic() + seconds
        while "Candor is running" not in self.output.read_text() or not self.is_ready():
            assert self.supervisor.poll() is None, self.output.read_text()
            assert monotonic() < deadline, self.output.read_text()
            sleep(0.1)

    def is_ready(self) -> bool:
        with suppress(OSError):
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
            connection.request("GET", "/readyz")
            return connection.getresponse().status == 200
        return False

    def processes(self) -> list[psutil.Process]:
        with suppress(FileNotFoundError):
            postmaster = int((self.folder / "postgres" / "postmaster.pid").read_text().split()[0])
            return [*marked_processes(self.folder), psutil.Process(postmaster)]
        return marked_processes(self.folder)

    def end(self, how: signal.Signals = signal.SIGINT) -> None:
        self.supervisor.send_signal(how)
        assert self.supervisor.wait(30) == 0
