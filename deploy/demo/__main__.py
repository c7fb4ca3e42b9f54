"""`make demo`: everything that Candor is, on this machine, in one terminal."""

import http.client
import json
import os
import signal
import sys
import time
from collections.abc import Mapping
from pathlib import Path

from deploy.demo.database import prepare_database
from deploy.demo.environment import make_environment
from deploy.demo.occupancy import Refusal, occupied, refuse_taken
from deploy.demo.processes import NotReady, Program, Supervisor, end_leftovers, marked, read_procfile
from deploy.demo.screen import say, step, welcome
from deploy.demo.services import Postgres, Valkey, free_port

ROOT = Path(__file__).parents[2]
PATIENCE = 120.0


def main() -> None:
    folder = Path(os.environ.get("CANDOR_VAR") or ROOT / "var").resolve()
    os.chdir(ROOT)
    for ending in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(ending) is not signal.SIG_IGN:
            signal.signal(ending, signal.default_int_handler)
    try:
        port = _wanted_port()
        with occupied(folder):
            _run(folder, port)
    except (Refusal, NotReady) as reason:
        sys.exit(f"\n{reason}")
    except KeyboardInterrupt:
        say("Candor has ended. Its data is kept for the next time.")


def _run(folder: Path, port: int) -> None:
    started = time.monotonic()
    say("Candor")
    end_leftovers(folder)
    refuse_taken(port)
    supervisor = Supervisor(folder / "log", say)
    try:
        with step("PostgreSQL, Valkey, a mail catcher and a shop"):
            environment = _start_services(supervisor, folder, port)
        sign_ins = prepare_database(folder, environment)
        with step("web, workers and cron"):
            supervisor.start(*read_procfile(ROOT / "Procfile", marked(environment, folder)))
            _wait_until_ready(supervisor, port)
        say(welcome(environment["PUBLIC_URL"], sign_ins, seconds=time.monotonic() - started))
        while True:
            supervisor.look()
            time.sleep(0.1)
    finally:
        for ending in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(ending, signal.SIG_IGN)
        supervisor.end()


def _start_services(supervisor: Supervisor, folder: Path, port: int) -> Mapping[str, str]:
    postgres, valkey = Postgres(folder), Valkey(folder)
    urls = {"DATABASE_URL": postgres.url, "REDIS_URL": valkey.url}
    environment = make_environment(folder, port=port, smtp_port=free_port(), services=urls)
    postgres.prepare()
    others = [
        Program(name, [sys.executable, "-m", module], marked(environment, folder))
        for name, module in (("mail", "deploy.demo.mailcatcher"), ("shop", "deploy.demo.shop"))
    ]
    postgres_process, valkey_process, *_ = supervisor.start(postgres.program, valkey.program, *others)
    postgres.wait(postgres_process)
    valkey.wait(valkey_process)
    return environment


def _wait_until_ready(supervisor: Supervisor, port: int) -> None:
    started, told = time.monotonic(), 5.0
    while missing := _not_ready(port):
        supervisor.look()
        waited = time.monotonic() - started
        if waited > PATIENCE:
            raise NotReady(f"Not ready after {PATIENCE:.0f} s: {missing}. The logs are in the folder var/log.")
        if waited > told:
            say(f"  waiting for: {missing}")
            told *= 2
        time.sleep(0.05)


def _not_ready(port: int) -> str:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/readyz")
        parts = json.loads(connection.getresponse().read())
        return ", ".join(name for name, state in parts.items() if state != "ok")
    except (OSError, http.client.HTTPException, ValueError):
        return "web"
    finally:
        connection.close()


def _wanted_port() -> int:
    port = os.environ.get("PORT") or "8000"
    if not (port.isdecimal() and 0 < int(port) < 65536):
        raise Refusal(f"PORT={port} is not a port number.")
    return int(port)


if __name__ == "__main__":
    main()
