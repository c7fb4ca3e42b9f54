"""The reports that there are standards for: of what became of an email (RFC 3464, 6533), and of complaints (RFC 5965).

Those who write them do not always read the standard: fields without a group, a report in a part of another type, or
encoded where that is forbidden. What makes a report is that it says what it says, not how it is packed.
"""

import re
from base64 import b64decode
from binascii import Error as NotBase64
from collections.abc import Mapping
from email.message import Message

from webapp.mail.bounces import severity
from webapp.mail.bounces.findings import Finding, Meaning, bounce
from webapp.mail.bounces.opening import Opened, text_of
from webapp.mail.bounces.prose import letter_of, words_of

FIELD = re.compile(r"^([A-Za-z][A-Za-z-]{2,40}):[ \t]*(.*(?:\r?\n[ \t]+.*)*)", re.MULTILINE)
STATUS_TYPES = {"message/delivery-status", "message/global-delivery-status"}
FEEDBACK_TYPE = "message/feedback-report"
X_ARF = re.compile(r"^(?:category|report-?type):\s*(?:abuse|spam)", re.IGNORECASE | re.MULTILINE)
SPAM = {"abuse", "fraud", "virus", "miscategorized"}
OPT_OUT = {"opt-out", "opt-out-list"}

Fields = Mapping[str, str]


def delivery_report(opened: Opened) -> Finding | None:
    """What became of our email, if this says so. A letter of ours has one reader; who passes it on may have several."""
    told = [
        _of_recipient(group, opened)
        for group in _groups(_status_text(opened))
        if "action" in group or "status" in group
    ]
    findings = [finding for finding in told if finding]
    order = [Meaning.DELIVERED, Meaning.SOFT_BOUNCE, Meaning.HARD_BOUNCE, Meaning.DELAYED]
    return min(findings, key=lambda finding: order.index(finding.meaning), default=None)


def complaint(opened: Opened) -> Finding | None:
    for part in opened.message.walk():
        if part.get_content_type() == FEEDBACK_TYPE:
            return _of_feedback(_fields(_unpacked(part)).get("feedback-type", ""))
    if (opened.header("X-XARF") or opened.header("X-ARF")) and X_ARF.search(opened.text):
        return Finding(Meaning.COMPLAINT)
    if opened.header("X-HmXmrOriginalRecipient"):  # Microsoft's junk mail reporting says no more than that
        return Finding(Meaning.COMPLAINT)
    return None


def _of_feedback(kind: str) -> Finding:
    """Not every feedback complains: some takes a complaint back, some tells of signatures (RFC 6591)."""
    word = kind.strip().lower()
    if word in OPT_OUT:
        return Finding(Meaning.UNSUBSCRIBE)
    return Finding(Meaning.COMPLAINT if word in SPAM else Meaning.UNCLEAR, words=word)


def _of_recipient(group: Fields, opened: Opened) -> Finding | None:
    action = group.get("action", "").strip().lower().split(" ")[0].rstrip(";,.")
    words = group.get("diagnostic-code", "").partition(";")[2].strip() or group.get("diagnostic-code", "")
    stated = severity.status_in(group.get("status", ""))
    if action in ("delivered", "relayed", "expanded"):
        return Finding(Meaning.DELIVERED, stated)
    if action == "delayed":
        return Finding(Meaning.DELAYED, stated)
    if action not in ("failed", "failure", "") or not (action or stated.startswith("5")):
        return None
    status = stated if stated and not stated.endswith(".0.0") else severity.status_in(words) or stated
    said = words if severity.is_refusal(words) else f"{words}\n{letter_of(opened)}"
    return bounce(permanent=severity.is_permanent(status, said), status=status, words=words or words_of(opened))


def _status_text(opened: Opened) -> str:
    for part in opened.message.walk():
        if part.get_content_type() in STATUS_TYPES:
            return _unpacked(part)
    if opened.header("Content-Type").lower().startswith("multipart/report"):
        likely = (text_of(part) for part in opened.parts)
        return next((text for text in likely if re.search(r"(?im)^(?:final|original)-recipient:", text)), "")
    return ""


def _groups(text: str) -> list[Fields]:
    """Between blank lines. One of them is about the email, the others about a recipient each."""
    groups = [_fields(block) for block in re.split(r"\r?\n[ \t]*\r?\n", text)]
    return [group for group in groups if group]


def _fields(text: str) -> Fields:
    """The first of each name."""
    found: dict[str, str] = {}
    for name, value in FIELD.findall(text):
        found.setdefault(name.lower(), " ".join(value.split()))
    return found


def _unpacked(part: Message) -> str:
    text = text_of(part)
    if part.get("Content-Transfer-Encoding", "").strip().lower() != "base64" or ":" in text:
        return text
    try:
        return b64decode(re.sub(r"\s", "", text), validate=False).decode("utf-8", "replace")
    except (NotBase64, ValueError):
        return text
