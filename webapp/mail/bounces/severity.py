"""Whether a mail server says that there is no such mailbox, or that it did not take this one email.

A code alone does not tell: some servers give every refusal the same. So their words count first, and where both leave
it open, it is taken for the harmless one: who is taken off the list by mistake does not even get to know.
"""

import re

from webapp.mail.bounces.phrases import any_of

ENHANCED = re.compile(r"(?<![\d.])([245]\.\d{1,3}\.\d{1,3})(?!\.?\d)")  # RFC 3463; no part of a network address
BASIC = re.compile(r"(?<![\w.+-])([45]\d\d)(?:[ -](?=\D)|[:;](?=\s)|$)", re.MULTILINE)  # no telephone number

# RFC 3463, and for 5.1.10 RFC 7505: a domain that says that it takes no mail.
NO_SUCH_MAILBOX = {"5.1.1", "5.1.2", "5.1.3", "5.1.4", "5.1.6", "5.1.10", "5.2.1", "5.4.4"}

FULL = any_of(
    r"over ?quota",
    r"quota (?:is |has been )?exceed",
    r"exceed\w*.{0,30}(?:quota|storage|size|limit)",
    r"(?:mailbox|inbox|disk|storage|user).{0,30}\bfull\b",
    r"(?:insufficient|not enough|out of).{0,20}(?:space|storage)",
    r"too (?:large|big)",
    r"size limit",
    r"postfach.{0,40}\b(?:voll|überfüllt)",
    r"speicherplatz",
    r"bo[iî]te.{0,40}pleine",
    r"casella.{0,40}piena",
    r"buz[oó]n.{0,40}lleno",
    r"caixa.{0,40}cheia",
    r"容量",
    r"已满",
)
ABOUT_US = any_of(
    r"sender.{0,60}(?:reject|does not|doesn.t|not exist|not found|invalid|unknown|denied|verif)",
    r"from address.{0,40}(?:invalid|reject|verif)",
    r"reverse dns",
    r"\bptr\b",
    r"\bhelo\b",
    r"client host",
)
SOMEBODY = r"(?:user|recipient|mailbox|account|address|addressee|person|customer|alias)(?:\(?e?s\)?)?"
NOBODY = any_of(
    rf"\b{SOMEBODY}(?!\w).{{0,80}}?\b(?:unknown|invalid|disabled|deactivated|suspended|inactive|illegal)\b",
    rf"\b{SOMEBODY}(?!\w).{{0,80}}?(?:doesn'?t|not) (?:exist|(?:a )?(?:known|valid)|(?:be )?(?:listed|found))",
    rf"\b{SOMEBODY}(?!\w).{{0,80}}?(?:is|was) ?n[o']t (?:a )?(?:known|valid|found|listed|recogni[sz]ed)",
    rf"\b{SOMEBODY}(?!\w).{{0,80}}?no longer (?:exist|valid|activ|avail|in use)",
    rf"\b{SOMEBODY}(?!\w).{{0,80}}?could(?:n't| not) be found",
    rf"(?:\bunknown|\billegal|no such|\binvalid|\bbad|non-?existent|inactive|disabled|not a valid|unrout\w+) "
    rf"(?:\w+ )?(?:or illegal )?(?:{SOMEBODY}|destination|local.part|domain|host)\b",
    r"no (?:mailbox|user|account|one|valid recipients?) (?:here )?(?:by|with|for|at|is|in) ",
    r"no (?:such )?(?:mailbox|recipients?) found",
    r"does(?:n.t| not) have an? .{1,60} account",
    r"recip(?:ient)?notfound",
    r"recipient address rejected: access denied",
    r"requested action not taken: mailbox unavailable",
    r"(?:host|domain)\b.{0,80}(?:not found(?!.{0,20}try again)|does ?n[o']t exist|non.?existent)",
    r"nxdomain",
    r"null ?mx",
    r"does not accept (?:e?mail|messages)\b(?! from)",
    r"not our customer",
    r"(?:empf[aä]nger|benutzer|postfach|adresse).{0,60}(?:unbekannt|existiert nicht|nicht (?:gefunden|vorhanden))",
    r"unbekannte[rs]? (?:empf|benutz|adress|postfach)",
    r"(?:adresse|utilisateur|destinataire|bo[iî]te|compte).{0,60}(?:inconnu|n.existe|introuvable|inexistant)",
    r"(?:utente|indirizzo|casella|destinatario).{0,60}(?:sconosciut|inesistente|non esiste|non trovat)",
    r"(?:usuario|direcci[oó]n|destinatario|buz[oó]n|cuenta).{0,60}(?:no existe|desconocid|no se (?:ha )?encontr)",
    r"(?:usu[aá]rio|endere[cç]o|conta).{0,60}n[aã]o existe",
    r"onbekende (?:gebruiker|ontvanger)",
    r"bestaat niet",
    r"不存在",
    r"存在しない",
    r"見つかりません",
    r"ユーザー不明",
)
POLICY = any_of(
    r"spam",
    r"block(?:ed|list| list)",
    r"black ?list",
    r"\brbl\b",
    r"dnsbl",
    r"reputation",
    r"polic(?:y|ies)",
    r"dmarc",
    r"\bspf\b",
    r"dkim",
    r"authenticat",
    r"virus",
    r"rate.?limit",
    r"too many",
    r"throttl",
    r"relay",
    r"not (?:authori[sz]ed|permitted|allowed)",
    r"restricted",
    r"banned",
    r"grey ?list",
    r"message (?:was )?rejected",
    r"content",
    r"loop",
    r"hop count",
    r"abgelehnt",
)


def status_in(text: str) -> str:
    """The most telling code of RFC 3463: one that says no more than “it failed” only if there is no other."""
    codes = [code for code in ENHANCED.findall(text) if code[0] != "2"]
    return next(iter([code for code in codes if not code.endswith(".0.0")] or codes), "")


def is_permanent(status: str, words: str) -> bool:
    """Whether there is no such mailbox, and will be none."""
    if status.startswith("4") or FULL.search(words) or ABOUT_US.search(words):
        return False
    if NOBODY.search(words):
        return bool(status) or not _only_for_now(words)
    return status in NO_SUCH_MAILBOX and not POLICY.search(words)


def is_refusal(text: str) -> bool:
    """Whether these are the words of a mail server that did not take an email."""
    return any(pattern.search(text) for pattern in (ENHANCED, BASIC, NOBODY, FULL))


def _only_for_now(words: str) -> bool:
    codes = BASIC.findall(words)
    return bool(codes) and all(code.startswith("4") for code in codes)
