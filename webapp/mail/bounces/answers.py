"""What programs answer for people: holiday notices, tickets, receipts, and the question whether we are human.

None of them says anything about the mailbox, but that it is there.
"""

from webapp.mail.bounces.findings import Finding, Meaning
from webapp.mail.bounces.opening import Opened
from webapp.mail.bounces.phrases import any_of

# RFC 3834, and what was there before it.
AUTOMATIC_HEADERS = (
    "X-Autoreply",
    "X-Auto-Reply",
    "X-Autoreply-From",
    "X-Autorespond",
    "X-Auto-Reply-From",
    "X-Mail-Autoreply",
    "X-Autoresponse",
    "X-FC-MachineGenerated",
    "X-Auto-Response-Suppress",
    "X-Vacation",
)
AWAY = any_of(
    r"out of (?:the )?office",
    r"\bauto(?:matic|mated)?[- ]?(?:reply|response|respon[ds]er)\b",
    r"^(?:re: ?|auto: ?)*(?:on )?(?:annual leave|vacation|holiday|leave\b|away from)",
    r"abwesen(?:d|heit)",
    r"automatische (?:antwort|r[uü]ckmeldung)",
    r"^(?:re: ?|aw: ?)*(?:urlaub|ich bin (?:nicht|im))",
    r"r[eé]ponse automatique",
    r"^(?:re: ?)*(?:absence|absent du bureau|en cong[eé])",
    r"risposta automatica",
    r"fuori (?:sede|ufficio)",
    r"^(?:re: ?|r: ?)*assente",
    r"respuesta autom[aá]tica",
    r"fuera de (?:la )?oficina",
    r"resposta autom[aá]tica",
    r"automatisch antwoord",
    r"^(?:re: ?)*afwezig",
    r"autosvar",
    r"automatis(?:kt|k) svar",
    r"odpowied[zź] automatyczna",
    r"自动回复",
    r"自動応答",
)
RECEIVED = any_of(
    r"(?:ticket|case|request|anfrage|vorgang)\b.{0,30}[#\[:]",
    r"we(?:'ve| have) received your (?:e?mail|message|request)",
    r"thank you for (?:contacting|your (?:e-?mail|message|inquiry))",
    r"(?:wir haben )?ihre (?:e-?mail|nachricht|anfrage) (?:ist eingegangen|erhalten)",
)
CHALLENGE_HEADERS = (
    "X-TMDA-Fingerprint",
    "X-TMDA-Released",
    "X-Spamarrest-Challenge",
    "X-Challenge",
    "X-Boxbe-Challenge",
)
CHALLENGE = any_of(
    r"(?:confirm|verify|authenticate) that you",
    r"(?:confirm|verify|authenticate) your (?:e-?mail|message|identity|address)\b.{0,60}(?:deliver|human|sender)",
    r"(?:requires|needs|waiting for|awaiting) (?:sender )?(?:verification|confirmation|approval)",
    r"confirmation (?:request|required)",
    r"sender (?:verification|authentication|address verification)",
    r"spam ?arrest",
    r"challenge[-/ ]response",
    r"\bboxbe\b",
    r"antispam uol",
    r"to (?:have|get) your (?:e-?mail|message) delivered",
    r"your (?:e-?mail|message) (?:is|has been) (?:placed|held|put)\b.{0,80}(?:until|queue|approv|confirm)",
    r"best[aä]tigen sie.{0,60}(?:absender|kein spam|nachricht)",
    r"(?:only|first).{0,40}(?:approved|known) senders",
)
LONGEST_CHALLENGE = 3_000  # a longer text mentions these words by chance


def challenge(opened: Opened) -> Finding | None:
    by_header = any(opened.header(name) for name in CHALLENGE_HEADERS) or "TMDA" in opened.header("X-Delivery-Agent")
    short = " ".join(opened.text.split()) if len(opened.text) < LONGEST_CHALLENGE else ""
    is_asked = by_header or CHALLENGE.search(opened.subject) or CHALLENGE.search(short)
    return Finding(Meaning.CHALLENGE) if is_asked else None


def automatic(opened: Opened) -> Finding | None:
    is_automatic = _is_receipt(opened) or _says_so(opened) or is_away(opened) or RECEIVED.search(opened.subject)
    return Finding(Meaning.AUTO_REPLY) if is_automatic else None


def is_away(opened: Opened) -> bool:
    return bool(AWAY.search(opened.subject))


def _is_receipt(opened: Opened) -> bool:
    """That somebody opened an email (RFC 8098), or threw it away unread."""
    return any(part.get_content_type() == "message/disposition-notification" for part in opened.message.walk())


def _says_so(opened: Opened) -> bool:
    submitted = opened.header("Auto-Submitted").lower()
    return (
        (submitted != "" and not submitted.startswith("no"))
        or opened.header("Precedence").lower() in ("auto_reply", "auto-reply")
        or "autoresponder" in opened.header("Delivered-To").lower()
        or any(opened.header(name) for name in AUTOMATIC_HEADERS)
    )
