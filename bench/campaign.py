"""How fast a campaign goes out. `make bench-campaign`, or `python -m bench.campaign [--recipients N] [--workers N]`

Three send emails of at least 10 KB, with text and HTML, to Postfix's `smtp-sink`, turn and turn about; the best round
of each counts. Postfix's own load generator `smtp-source` sends the same bytes again and again. A loop with `smtplib`
builds each by `EmailMessage`. Candor sends a campaign as in production: started by the button, handed out by its
workers' queue, with its ledger, consent and suppression asked for at each claim, and signed links for each reader; from
the button to the last outcome written down, by four workers, two for each core. Then a campaign for a million shows
what that does to the workers' memory.

The last line is a JSON object: `vs_smtp_source` and `vs_smtplib` are Candor's rate over theirs; `memory_growth` the
peak of a worker's memory after the campaign for a million over that after one for ten thousand, and `peak_mb` the
former; `cpu_us_per_message` what each part uses for one email of Candor's. `sent_of_a_million` tells how far the last
campaign got in its time: what it has not sent then, it would send with the same memory.
"""

import argparse
import json
import smtplib
import subprocess
import time
from collections.abc import Mapping
from datetime import datetime
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import func, select

from bench import mailroom
from bench.mailroom import Mailroom
from webapp.campaigns.audience import Recipient
from webapp.campaigns.models import Campaign, CampaignCount
from webapp.campaigns.rendering import compile_for
from webapp.campaigns.stencil import Stencil
from webapp.db import db

FEW, SOME = 10_000, 100_000
ROUNDS = 3
IN_LOOP = 1_000
ENDS_AFTER, AT_LEAST = 270.0, 30.0  # seconds, so that all of it takes less than five minutes

Used = Mapping[str, float]


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--recipients", type=int, default=1_000_000)
    parser.add_argument("--workers", type=int, default=4)
    chosen, begun = parser.parse_args(), time.monotonic()
    recipients: int = chosen.recipients
    audiences = {"few": FEW, "some": SOME, "all": recipients}
    with (
        TemporaryDirectory() as folder,
        mailroom.mailroom(Path(folder), audiences=audiences, workers=chosen.workers) as room,
    ):
        mailroom.send(mailroom.campaign("few"))
        first_peak = room.peak_mb()
        rates, cpu = _rounds(room)
        sent = _to_all(room, seconds=max(ENDS_AFTER - (time.monotonic() - begun), AT_LEAST))
        peak = room.peak_mb()
    candor = max(rates["candor"])
    figures = {
        "vs_smtp_source": round(candor / max(rates["smtp_source"]), 3),
        "vs_smtplib": round(candor / max(rates["smtplib"]), 1),
        "memory_growth": round(peak / first_peak, 3),
        "peak_mb": round(peak),
        "messages_per_second": round(candor),
        "cpu_us_per_message": {part: round(microseconds, 1) for part, microseconds in cpu.items()},
        "recipients": recipients,
        "sent_of_a_million": sent,
    }
    print(json.dumps(figures))


def _rounds(room: Mailroom) -> tuple[dict[str, list[float]], Used]:
    """Emails per second in each round, and the CPU time of Candor's best."""
    example = mailroom.campaign("some")
    size = _size(example)
    rates: dict[str, list[float]] = {"smtp_source": [], "smtplib": [], "candor": []}
    used: list[Used] = []
    for _round in range(ROUNDS):
        rates["smtp_source"].append(_smtp_source(room.sink_port, size=size))
        rates["smtplib"].append(_smtplib(room.sink_port, example))
        rate, cpu = _candor(room)
        rates["candor"].append(rate)
        used.append(cpu)
        now = {name: round(several[-1]) for name, several in rates.items()}
        print(f"{size} bytes each, per second: {now}; microseconds of CPU: {cpu}", flush=True)
    return rates, used[rates["candor"].index(max(rates["candor"]))]


def _smtp_source(port: int, *, size: int) -> float:
    program = [mailroom.program("smtp-source"), "-d", "-s", "20", "-l", str(size), "-m", str(SOME)]
    begun = time.perf_counter()
    subprocess.run([*program, f"127.0.0.1:{port}"], check=True)
    return SOME / (time.perf_counter() - begun)


def _smtplib(port: int, campaign: Campaign) -> float:
    reader = Recipient(campaign.id, "", "en", "{name}")
    rendered = compile_for(reader, campaign).preview(reader)
    begun = time.perf_counter()
    with smtplib.SMTP("127.0.0.1", port) as server:
        for number in range(IN_LOOP):
            email, name = EmailMessage(), f"Reader {number}"
            email["From"], email["To"] = "hello@alpenglow.example", f"{name} <reader{number}@example.org>"
            email["Subject"] = rendered.subject.replace("{name}", name)
            email["Date"], email["Message-ID"] = formatdate(), make_msgid(domain="alpenglow.example")
            email.set_content(rendered.text.replace("{name}", name))
            email.add_alternative(rendered.html.replace("{name}", name), subtype="html")
            server.send_message(email)
    return IN_LOOP / (time.perf_counter() - begun)


def _candor(room: Mailroom) -> tuple[float, Used]:
    before = room.cpu_seconds()
    campaign = mailroom.campaign("some")
    began, sent = mailroom.send(campaign)
    after = room.cpu_seconds()
    assert sent == SOME, sent
    cpu = {
        part: round((after[part] - before[part]) / sent * 1e6, 1) for part in ("web", "worker", "postgresql", "sink")
    }
    return sent / (_last_outcome(campaign) - began).total_seconds(), cpu


def _to_all(room: Mailroom, *, seconds: float) -> int:
    begun = time.monotonic()
    _began, sent = mailroom.send(mailroom.campaign("all"), at_most=seconds)
    print(f"{sent:,} sent in {time.monotonic() - begun:.0f} s, the writing down of their readers included", flush=True)
    return sent


def _last_outcome(campaign: Campaign) -> datetime:
    last = select(func.max(CampaignCount.at)).where(CampaignCount.campaign_id == campaign.id)
    at = db.session.scalars(last).one()
    assert at
    return at


def _size(campaign: Campaign) -> int:
    """Of an email of this campaign, as it goes over the wire."""
    reader = Recipient(campaign.id, "reader1@example.org", "en", "Nora", "Number 1")
    stencil = Stencil(compile_for(reader, campaign), eight_bits=True)
    size = len(stencil.letter(reader, key=campaign.id.hex, date=formatdate()).content)
    assert size >= 10_000
    return size


if __name__ == "__main__":
    main()
