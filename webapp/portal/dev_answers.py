"""What may come back to an email, written as mail servers write it, so that the demo shows what follows. Demo only."""

from collections.abc import Callable, Mapping
from email.message import EmailMessage, Message
from email.mime.base import MIMEBase
from email.policy import SMTP

from flask_babel import lazy_gettext as _l

from webapp.mail.smtp.conversation import Letter
from webapp.mail.smtp.relay import Relay
from webapp.portal.caught_mail import CaughtEmail

LABELS = {
    "no_such_mailbox": _l("There is no such mailbox"),
    "mailbox_full": _l("The mailbox is full"),
    "spam": _l("The reader reports it as spam"),
    "unsubscribe": _l("Their mail program writes that they want no more"),
    "out_of_office": _l("The reader is on holiday"),
}


def send(answer: str, email: CaughtEmail) -> None:
    """To the mail catcher, which keeps it in the mailbox for what comes back. Raises RelayDown."""
    report = _WRITERS[answer](email, dict(email.headers))
    letter = Letter("", str(report["To"]), report.as_bytes(policy=SMTP))
    with Relay() as relay:
        list(relay.send([letter]))


def _no_such_mailbox(email: CaughtEmail, headers: Mapping[str, str]) -> Message:
    return _bounce(email, headers, "5.1.1", "550 5.1.1 No such user here")


def _mailbox_full(email: CaughtEmail, headers: Mapping[str, str]) -> Message:
    return _bounce(email, headers, "5.2.2", "552 5.2.2 Mailbox full")


def _bounce(email: CaughtEmail, headers: Mapping[str, str], status: str, words: str) -> Message:
    report = _report("delivery-status", "Undelivered Mail Returned to Sender", headers)
    report.attach(_fields({"Reporting-MTA": "dns; mail.example"}))
    recipient = {"Final-Recipient": f"rfc822; {email.summary.to}", "Action": "failed", "Status": status}
    report.attach(_fields(recipient | {"Diagnostic-Code": f"smtp; {words}"}))
    return report


def _spam(email: CaughtEmail, headers: Mapping[str, str]) -> Message:
    report = _report("feedback-report", "Email feedback report", headers)
    report.attach(_fields({"Feedback-Type": "abuse", "User-Agent": "Demo/1.0", "Version": "1"}))
    return report


def _unsubscribe(email: CaughtEmail, headers: Mapping[str, str]) -> EmailMessage:
    by_email = headers.get("List-Unsubscribe", "").partition("<mailto:")[2].rstrip(">")
    address, _question, token = by_email.partition("?subject=")
    letter = _letter(email.summary.to, token or "unsubscribe", headers)
    if address:
        letter.replace_header("To", address)
    letter.set_content("\n")
    return letter


def _out_of_office(email: CaughtEmail, headers: Mapping[str, str]) -> EmailMessage:
    letter = _letter(email.summary.to, f"Out of office: {email.summary.subject}", headers)
    letter["Auto-Submitted"] = "auto-replied"
    letter.set_content("I am in the mountains until the end of the month.\n")
    return letter


def _report(kind: str, subject: str, headers: Mapping[str, str]) -> MIMEBase:
    report = MIMEBase("message", kind)
    report["From"], report["To"] = "Mail Delivery System <mailer-daemon@mail.example>", headers["X-Envelope-From"]
    report["Subject"] = subject
    return report


def _fields(values: Mapping[str, str]) -> Message:
    block = Message()
    for name, value in values.items():
        block[name] = value
    return block


def _letter(sender: str, subject: str, headers: Mapping[str, str]) -> EmailMessage:
    letter = EmailMessage()
    letter["From"], letter["To"], letter["Subject"] = sender, headers["X-Envelope-From"], subject
    return letter


_WRITERS: dict[str, Callable[[CaughtEmail, Mapping[str, str]], Message]] = {
    "no_such_mailbox": _no_such_mailbox,
    "mailbox_full": _mailbox_full,
    "spam": _spam,
    "unsubscribe": _unsubscribe,
    "out_of_office": _out_of_office,
}
