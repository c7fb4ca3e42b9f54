"""The PostgreSQL and Valkey of the demo and of these tests. Nothing here is a stand-in: real servers, really killed."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from smtplib import SMTP
from time import monotonic, sleep

import psutil
import psycopg
import pytest
import redis

from deploy.demo.services import Service, free_port, start_postgres, start_valkey

OWNER = """
import sys, time
from pathlib import Path
from deploy.demo.services import start_postgres, start_valkey
folder = Path(sys.argv[1])
print(start_postgres(folder, durable=False).pid, start_valkey(folder).pid, flush=True)
time.sleep(60)
"""


@pytest.fixture
def postgres(tmp_path: Path) -> Iterator[Service]:
    with start_postgres(tmp_path, durable=False) as service:
        yield service


def test_a_stopped_database_keeps_its_data(tmp_path: Path) -> None:
    with start_postgres(tmp_path) as first:
        _remember(first, "Ada")
    with start_postgres(tmp_path) as second:
        assert _remembered(second) == ["Ada"]
    assert not _is_running(second.pid)


def test_a_killed_database_starts_again_on_the_same_data(tmp_path: Path, postgres: Service) -> None:
    _remember(postgres, "Ada")
    os.kill(postgres.pid, signal.SIGKILL)
    with start_postgres(tmp_path, durable=False) as again:
        assert _remembered(again) == ["Ada"]


def test_services_whose_owner_was_killed_start_again_on_the_same_data(tmp_path: Path) -> None:
    owner = subprocess.Popen([sys.executable, "-c", OWNER, tmp_path], stdout=subprocess.PIPE, text=True)
    assert owner.stdout is not None
    old_pids = [int(pid) for pid in owner.stdout.readline().split()]
    owner.kill()
    owner.communicate()
    with start_postgres(tmp_path, durable=False) as postgres, start_valkey(tmp_path) as valkey:
        assert psycopg.connect(_libpq(postgres)).execute("SELECT 1").fetchone() == (1,)
        assert redis.Redis.from_url(valkey.url).ping()
    _soon(lambda: not any(_is_running(pid) for pid in old_pids))


def test_a_left_over_pid_file_that_names_a_stranger_is_no_obstacle_and_no_danger(tmp_path: Path) -> None:
    start_postgres(tmp_path, durable=False).stop()
    stranger = subprocess.Popen(["sleep", "60"])
    (tmp_path / "postgres" / "postmaster.pid").write_text(f"{stranger.pid}\n{tmp_path}/postgres\n")
    with start_postgres(tmp_path, durable=False) as postgres:
        assert _is_running(postgres.pid)
    assert stranger.poll() is None
    stranger.kill()
    stranger.wait()


def test_a_half_made_database_is_made_again(tmp_path: Path) -> None:
    half_made = tmp_path / "postgres.unfinished"
    half_made.mkdir()
    (half_made / "PG_VERSION").write_text("18\n")
    with start_postgres(tmp_path, durable=False) as postgres:
        assert _is_running(postgres.pid)


def test_a_folder_may_be_deep_private_and_oddly_named(tmp_path: Path) -> None:
    private = tmp_path / "private"
    private.mkdir(mode=0o700)
    with start_postgres(private / "Zoë's clone" / ("deep" * 30), durable=False) as postgres:
        _remember(postgres, "Zoë")
        assert _remembered(postgres) == ["Zoë"]
    assert private.stat().st_mode & 0o777 == 0o700


def test_each_folder_has_services_of_its_own(tmp_path: Path, postgres: Service) -> None:
    _remember(postgres, "Ada")
    with start_postgres(tmp_path / "other", durable=False) as other:
        _remember(other, "Bo")
        assert (_remembered(postgres), _remembered(other)) == (["Ada"], ["Bo"])


def test_nothing_listens_beyond_this_machine(tmp_path: Path, postgres: Service) -> None:
    with start_valkey(tmp_path) as valkey:
        listening = [
            connection.laddr.ip
            for service in (postgres, valkey)
            for connection in psutil.Process(service.pid).net_connections("inet")
            if connection.status == psutil.CONN_LISTEN
        ]
    assert listening == ["127.0.0.1"]


def test_only_the_owner_reaches_the_database(postgres: Service) -> None:
    socket = Path(postgres.url.partition("host=")[2])
    assert socket.stat().st_mode & 0o077 == 0
    postgres.stop()
    assert not socket.exists()


def test_a_valkey_starts_on_the_wanted_port_and_empty(tmp_path: Path) -> None:
    port = free_port()
    with start_valkey(tmp_path, port) as first:
        redis.Redis.from_url(first.url).set("name", "Ada")
    with start_valkey(tmp_path, port) as second:
        assert second.url == f"redis://127.0.0.1:{port}/0"
        assert redis.Redis.from_url(second.url).get("name") is None


def test_the_mail_catcher_stores_what_it_gets(tmp_path: Path) -> None:
    message = EmailMessage()
    message["Subject"] = "Grüezi"
    message["To"] = "someone else entirely"
    message.set_content("Schön, dass Sie da sind.\n.\nA dot alone is text too.\n")
    with _mail_catcher(tmp_path) as relay:
        for number in range(20):
            relay.send_message(message, "news@example.org", [f"ada+{number}@example.org", "bo@example.org"])
        relay.sendmail("zoë@example.org", "bo@example.org", b"Subject: short\r\n\r\n", ["SMTPUTF8", "BODY=8BITMIME"])
    *letters, short = [message_from_bytes(file.read_bytes(), policy=policy.default) for file in _mails(tmp_path)]
    assert [letter["X-Envelope-To"].split(",")[0] for letter in letters] == [f"ada+{n}@example.org" for n in range(20)]
    assert letters[0]["X-Envelope-From"] == "news@example.org"
    assert letters[0]["Subject"] == "Grüezi"
    assert letters[0].get_content().splitlines() == message.get_content().splitlines()
    assert short["X-Envelope-From"] == "zoë@example.org"


def test_the_mail_catcher_keeps_the_latest_five_thousand(tmp_path: Path) -> None:
    for number in range(5_000):
        (tmp_path / f"{number:020d}-old.eml").touch()
    with _mail_catcher(tmp_path) as relay:
        relay.sendmail("news@example.org", "ada@example.org", b"Subject: new\r\n\r\n")
    mails = _mails(tmp_path)
    assert len(mails) == 5_000
    assert mails[0].name.startswith(f"{1:020d}")
    assert b"Subject: new" in mails[-1].read_bytes()


@contextmanager
def _mail_catcher(folder: Path) -> Iterator[SMTP]:
    port = free_port()
    settings = {"SMTP_HOST": "127.0.0.1", "SMTP_PORT": str(port), "DEMO_MAIL_FOLDER": str(folder)}
    process = subprocess.Popen([sys.executable, "-m", "deploy.demo.mailcatcher"], env=os.environ | settings)
    with closing(SMTP()) as relay:
        _soon(lambda: _connects(relay, port))
        yield relay
    process.terminate()
    process.wait()


def _connects(relay: SMTP, port: int) -> bool:
    with suppress(ConnectionRefusedError):
        return relay.connect("127.0.0.1", port)[0] == 220
    return False


def _mails(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.eml"))


def _remember(postgres: Service, name: str) -> None:
    with psycopg.connect(_libpq(postgres)) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS people (name text)")
        connection.execute("INSERT INTO people VALUES (%s)", [name])


def _remembered(postgres: Service) -> list[str]:
    with psycopg.connect(_libpq(postgres)) as connection:
        return [name for (name,) in connection.execute("SELECT name FROM people")]


def _libpq(postgres: Service) -> str:
    return postgres.url.replace("postgresql+psycopg", "postgresql")


def _is_running(pid: int) -> bool:
    return psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE


def _soon(condition: Callable[[], bool], seconds: float = 10) -> None:
    deadline = monotonic() + seconds
    while not condition():
        assert monotonic() < deadline, "it did not happen in time"
        sleep(0.02)
