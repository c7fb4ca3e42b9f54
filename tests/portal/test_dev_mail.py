"""The demo's inbox: everything that was sent, readable by anyone at this computer, and only there."""

import re
from datetime import date
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8
from pathlib import Path

import pytest
from flask import Flask
from pydantic import SecretStr, ValidationError

from tests.pages import PageClient
from tests.relay import TestRelay
from webapp.app import create_app
from webapp.config import Environment, Settings
from webapp.mail.bounces import return_paths
from webapp.mail.bounces.findings import Meaning
from webapp.mail.bounces.reading import read
from webapp.portal import caught_mail

ANNA = "anna@example.org"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "mail"


@pytest.fixture(scope="module")
def _demo(settings: Settings) -> Flask:
    return create_app(settings.model_copy(update={"environment": Environment.DEMO}))


@pytest.fixture
def demo(_demo: Flask, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Flask:
    """The app as it runs in the demo. Made once: to make one takes longer than any test here."""
    here = _demo.extensions["settings"].model_copy(update={"demo_mail_folder": str(folder)})
    monkeypatch.setitem(_demo.extensions, "settings", here)
    return _demo


@pytest.fixture
def inbox(demo: Flask) -> PageClient:
    demo.test_client_class = PageClient
    client = demo.test_client()
    assert isinstance(client, PageClient)
    return client


def keep(
    folder: Path,
    number: int,
    *,
    to: str = "anna@example.org",
    subject: str = "Hello",
    html: str | None = '<html><head></head><body><a href="http://localhost/confirm/1">Confirm</a></body></html>',
) -> str:
    """What the mail catcher does with an email."""
    email = EmailMessage(policy=SMTPUTF8 if not to.isascii() else SMTP)
    email["From"], email["To"], email["Subject"] = "hello@candor.example", to, subject
    email.set_content("Confirm: http://localhost/confirm/1\n")
    if html:
        email.add_alternative(html, subtype="html")
    envelope = f"X-Envelope-From: hello@candor.example\r\nX-Envelope-To: {to}\r\n".encode()
    name = f"{1_700_000_000_000_000_000 + number:020d}-{number:08x}.eml"
    folder.mkdir(exist_ok=True)
    (folder / name).write_bytes(envelope + email.as_bytes())
    return name


def subjects(page: str) -> list[str]:
    return re.findall(r'<a id="email-[^"]+"[^>]*><bdi>(.*?)</bdi>', page)


def test_outside_the_demo_there_is_no_such_page(client: PageClient) -> None:
    for path in ("/dev/mail", "/dev/mail/00000000000000000001-00000000.eml"):
        assert client.get(path).status_code == 404


def test_without_a_folder_there_is_no_such_page(settings: Settings) -> None:
    app = create_app(settings.model_copy(update={"environment": Environment.DEMO}))
    assert app.test_client().get("/dev/mail").status_code == 404


def test_production_refuses_to_show_everybody_s_mail(settings: Settings, folder: Path) -> None:
    values = settings.model_dump() | {"environment": "production", "public_url": "https://candor.example"}
    assert Settings(**values).environment is Environment.PRODUCTION
    with pytest.raises(ValidationError, match="DEMO_MAIL_FOLDER"):
        Settings(**values | {"demo_mail_folder": str(folder)})


def test_production_has_no_such_page(settings: Settings) -> None:
    changes = {"environment": Environment.PRODUCTION, "public_url": "https://localhost"}
    assert create_app(settings.model_copy(update=changes)).test_client().get("/dev/mail").status_code == 404


def test_an_empty_inbox_says_what_fills_it(inbox: PageClient) -> None:
    assert "No emails yet" in inbox.get("/dev/mail").text


def test_the_footer_leads_to_it(inbox: PageClient, client: PageClient) -> None:
    assert 'href="/dev/mail"' in inbox.get("/").text
    assert 'href="/dev/mail"' not in client.get("/").text


def test_emails_are_listed_newest_first(inbox: PageClient, folder: Path) -> None:
    for number in range(3):
        keep(folder, number, subject=f"Number {number}")
    (folder / "99999999999999999999-ffffffff.eml.unfinished").write_bytes(b"")
    page = inbox.get("/dev/mail").text
    assert subjects(page) == ["Number 2", "Number 1", "Number 0"]
    assert "anna@example.org" in page


def test_names_and_subjects_of_any_script_are_only_text(inbox: PageClient, folder: Path) -> None:
    keep(folder, 1, to="jürg@exämple.org", subject="<b>مرحبا</b> 🌻")
    page = inbox.get("/dev/mail").text
    assert subjects(page) == ["&lt;b&gt;مرحبا&lt;/b&gt; 🌻"]
    assert "jürg@exämple.org" in page


def test_the_newest_page_fetches_itself_anew(inbox: PageClient, folder: Path) -> None:
    keep(folder, 1)
    fragment = inbox.get("/dev/mail", headers={"HX-Request": "true"})
    assert fragment.text.lstrip().startswith('<div id="inbox" hx-get="/dev/mail" hx-trigger="every 3s"')
    assert "<html" not in fragment.text


def test_pages_hold_50_and_lead_on_and_back(inbox: PageClient, folder: Path) -> None:
    for number in range(120):
        keep(folder, number, subject=str(number))
    pages = [inbox.get("/dev/mail").text]
    while url := linked(pages[-1], "next"):
        pages.append(inbox.get(url).text)
    assert [subject for page in pages for subject in subjects(page)] == [str(number) for number in range(119, -1, -1)]
    assert [len(subjects(page)) for page in pages] == [50, 50, 20]
    assert "hx-trigger" not in re.search(r'<div id="inbox"[^>]*>', pages[1])[0]  # type: ignore[index]  # each page has an inbox
    back = inbox.get(linked(pages[2], "prev")).text
    assert subjects(back) == subjects(pages[1])
    assert linked(back, "next")
    assert linked(back, "prev")


def test_a_full_inbox_reads_only_the_emails_it_shows(
    inbox: PageClient, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(200):
        keep(folder, number)
    read: list[Path] = []
    monkeypatch.setattr(caught_mail, "_read_summary", lambda path: read.append(path))
    inbox.get("/dev/mail")
    assert len(read) == 50


@pytest.mark.parametrize("search", ["anna", "ANNA@EXAMPLE", "spring", "Frühling"])
def test_search_looks_at_recipients_and_subjects(inbox: PageClient, folder: Path, search: str) -> None:
    keep(folder, 1, subject="Spring, or Frühling")
    keep(folder, 2, to="bruno@example.com", subject="Winter")
    page = inbox.get("/dev/mail", query_string={"search": search}).text
    assert subjects(page) == ["Spring, or Frühling"]
    assert "newest 500 emails" in page


def test_a_search_without_hits_says_so(inbox: PageClient, folder: Path) -> None:
    keep(folder, 1)
    assert "Nothing found" in inbox.get("/dev/mail?search=<b>").text


def test_search_keeps_to_the_newest_500(inbox: PageClient, folder: Path) -> None:
    for number in range(502):
        keep(folder, number, subject="old" if number < 2 else "new", html=None)
    assert subjects(inbox.get("/dev/mail?search=old").text) == []


def test_an_email_is_read_as_html_in_a_frame_of_its_own(inbox: PageClient, folder: Path) -> None:
    name = keep(folder, 1)
    page = inbox.get(f"/dev/mail/{name}").text
    assert f'src="/dev/mail/{name}/html"' in page
    assert 'sandbox="allow-popups allow-popups-to-escape-sandbox"' in page
    frame = inbox.get(f"/dev/mail/{name}/html")
    assert '<base target="_blank">' in frame.text
    policy = frame.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "sandbox" in policy
    assert "script-src" not in policy


def test_an_email_is_read_as_text_with_links(inbox: PageClient, folder: Path) -> None:
    page = inbox.get(f"/dev/mail/{keep(folder, 1)}/text").text
    assert '<a href="http://localhost/confirm/1" rel="noopener" target="_blank">' in page


def test_an_email_without_html_shows_its_text(inbox: PageClient, folder: Path) -> None:
    name = keep(folder, 1, html=None)
    page = inbox.get(f"/dev/mail/{name}").text
    assert "<iframe" not in page
    assert "http://localhost/confirm/1" in page
    assert inbox.get(f"/dev/mail/{name}/html").status_code == 404


def test_an_email_is_read_as_source(inbox: PageClient, folder: Path) -> None:
    name = keep(folder, 1)
    page = inbox.get(f"/dev/mail/{name}/source").text
    assert "X-Envelope-To" in page
    assert "&lt;a href=" in page
    file = inbox.get(f"/dev/mail/{name}/file")
    assert file.mimetype == "text/plain"
    assert file.headers["Content-Disposition"].startswith("attachment")


def test_a_long_source_stays_a_small_page(inbox: PageClient, folder: Path) -> None:
    name = keep(folder, 1, html='<p style="color: red">Hello</p>' * 2_000)
    assert "The file holds all of it" in inbox.get(f"/dev/mail/{name}/source").text


@pytest.mark.parametrize(
    "name",
    [
        "..%2f..%2fetc%2fpasswd",
        "../secret.eml",
        "..%5csecret.eml",
        "00000000000000000001-00000000.eml%00",
        "00000000000000000001-00000000.eml",
        "00000000000000000001-00000000.eml%0a",
        "%d9%a1" * 20 + "-00000000.eml",
        "-",
    ],
)
@pytest.mark.parametrize("part", ["", "/html", "/text", "/source", "/file"])
def test_only_emails_can_be_read(inbox: PageClient, folder: Path, name: str, part: str) -> None:
    folder.mkdir()
    (folder.parent / "secret.eml").write_text("Subject: secret\n\nsecret")
    response = inbox.get(f"/dev/mail/{name}{part}")
    assert response.status_code == 404
    assert "secret" not in response.text.replace("secret.eml", "")


def linked(page: str, rel: str) -> str:
    link = re.search(rf'rel="{rel}" href="([^"]+)"', page)
    return link[1].replace("&amp;", "&") if link else ""


@pytest.mark.parametrize(
    ("answer", "meaning"),
    [
        ("no_such_mailbox", Meaning.HARD_BOUNCE),
        ("mailbox_full", Meaning.SOFT_BOUNCE),
        ("spam", Meaning.COMPLAINT),
        ("unsubscribe", Meaning.UNSUBSCRIBE),
        ("out_of_office", Meaning.AUTO_REPLY),
    ],
)
def test_something_can_be_made_to_come_back(
    answer: str, meaning: Meaning, demo: Flask, inbox: PageClient, folder: Path, relay: TestRelay
) -> None:
    bounces = {"bounce_address": "bounces@candor.example", "bounce_mailbox": SecretStr("imap://a:b@localhost/INBOX")}
    demo.extensions["settings"] = demo.extensions["settings"].model_copy(update=bounces)
    name = keep(folder, 1)
    with demo.app_context():
        ours, month = return_paths.ours(), date(2026, 11, 1)
        assert ours
        sender, no_more = ours.for_delivery(month, 7, to=ANNA), ours.to_unsubscribe(month, 7)
        raw = (folder / name).read_bytes().replace(b"From: hello@candor.example", f"From: {sender}".encode(), 1)
        headers = f"List-Unsubscribe: <https://x>, <mailto:{no_more}?subject=eyJ>\r\nFrom: ".encode()
        (folder / name).write_bytes(raw.replace(b"\r\nFrom: ", b"\r\n" + headers, 1))
    page = f"/dev/mail/{name}"
    assert inbox.submit(f"{page}/answers", {"answer": answer}, page=page).status_code == 303
    [report] = relay.received
    assert report.sender in ("", "<>")
    with demo.app_context():
        incoming = read(report.raw)
        assert incoming.finding.meaning is meaning
        assert incoming.marks[0].delivery == (month, 7)
        assert incoming.marks[0].is_genuine(to=ANNA)


def test_nothing_comes_back_where_there_is_no_mailbox_for_it(inbox: PageClient, folder: Path) -> None:
    page = f"/dev/mail/{keep(folder, 1)}"
    assert "Let something come back" not in inbox.get(page).text
    assert inbox.post(f"{page}/answers", data={"answer": "spam"}).status_code in (400, 404)
