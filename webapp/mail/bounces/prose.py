"""Bounces that follow no standard: letters by mail servers to people, in the words and languages of their makers."""

import re

from webapp.mail.bounces import severity
from webapp.mail.bounces.answers import is_away
from webapp.mail.bounces.findings import Finding, Meaning, bounce
from webapp.mail.bounces.opening import Opened
from webapp.mail.bounces.phrases import any_of

DAEMON = any_of(
    r"mailer.?daemon",
    r"\bpostmaster\b",
    r"mail.?delivery.?(?:sub)?system",
    r"mail.?daemon",
    r"^\"?mail administrator",
    r"\bmdaemon@",
    r"\bdaemon@",
    r"bounces?@",
    r"mail delivery",
    r"system administrator",
    r"microsoft outlook",
)
UNDELIVERED = any_of(
    r"undeliver",
    r"un-?deliverable",
    r"non-?deliver",
    r"not delivered",
    r"delivery (?:status notification \(failure|fail|has failed|error|problem|report|unsuccess)",
    r"deliver\w* (?:to .{1,60} )?(?:failed|has failed|was not)",
    r"could not (?:be )?(?:send|sent|deliver)",
    r"returned (?:mail|to sender|message)",
    r"failure notice",
    r"mail (?:delivery )?(?:failure|failed|system error|error)",
    r"message (?:could not|not) ",
    r"nondeliverable",
    r"rejected (?:mail|message)",
    r"user unknown",
    r"mail status report",
    r"unable to deliver",
    r"returning message",
    r"unzustellbar",
    r"nicht (?:zugestellt|zustellbar|ausgeliefert)",
    r"zustell\w*.{0,20}(?:fehl|problem|nicht)",
    r"unerreichbar",
    r"non remis",
    r"non d[eé]livr",
    r"[eé]chec",
    r"non distribu",
    r"retourn[eé]",
    r"mancata consegna",
    r"non recapitat",
    r"non consegnat",
    r"impossibile",
    r"no (?:se )?(?:pudo|puede|entregad|entregar)",
    r"devuelto",
    r"devolvid",
    r"n[aã]o (?:p[oô]de|entreg)",
    r"onbestelbaar",
    r"niet (?:worden )?(?:bezorgd|afgeleverd)",
    r"退信",
    r"无法投递",
    r"未送達",
    r"配信(?:不能|エラー)",
    r"エラー通知",
)
BACK = any_of(
    r"could not be delivered",
    r"(?:was not|were not|not been) delivered",
    r"(?:was|been) (?:blocked|rejected|refused) by",
    r"did not reach",
    r"undeliverable",
    r"permanent (?:fatal )?errors?",
    r"(?:delivery|message) (?:to .{1,80} )?(?:has )?failed",
    r"failed (?:permanently|recipient)",
    r"unable to deliver",
    r"i wasn't able to deliver",
    r"i'm afraid i wasn't",
    r"following address\w*.{0,30}(?:fail|had)",
    r"returned to (?:you|sender)",
    r"returned to its sender",
    r"giving up",
    r"could(?: not|n't) (?:send|deliver)",
    r"transcript of session",
    r"failed addresses",
    r"delivery fail",
    r"not be delivered",
    r"reason for (?:the )?(?:failure|return)",
    r"(?:konnte|kann)\b.{0,80}nicht (?:zugestellt|ausgeliefert|zustellen)",
    r"nicht zugestellt",
    r"n'a (?:pas )?pu (?:[eê]tre|remettre)",
    r"pas (?:pu )?[eê]tre (?:remis|livr|distribu)",
    r"non [eè] stato (?:possibile|recapitato|consegnato)",
    r"non (?:pu[oò]|[eè]) .{0,30}(?:consegn|recapit)",
    r"no (?:se )?(?:pudo|ha podido).{0,30}entreg",
    r"n[aã]o (?:p[oô]de|foi).{0,30}entreg",
    r"kon niet worden",
    r"退回",
    r"无法",
    r"配信できません",
    r"お届けできません",
)
STILL_TRYING = any_of(
    r"(?:this is a )?warning message only",
    r"do not need to resend",
    r"will (?:continue|keep)\b.{0,40}\btry",
    r"will be retried",
    r"will retry",
    r"still (?:being|trying|attempting)",
    r"not yet been delivered",
    r"has (?:been )?(?:delayed|not yet)",
    r"delivery (?:attempts will|.{0,20}delay)",
    r"delivery is delayed",
    r"temporarily delayed",
    r"verz[oö]gert",
    r"retard[eé]",
    r"in ritardo",
    r"noch nicht zugestellt",
    r"weitere zustellversuche",
    r"will be (?:re)?attempted",
    r"tentatives? .{0,30}(?:continu|poursui)",
)
GAVE_UP = any_of(
    r"(?<!will )(?:gave|given|giving) up",
    r"(?:been|is being) returned",
    r"permanent(?:ly)? (?:fail|error|fatal)",
    r"no (?:further|more) attempts",
    r"will not be retried",
    r"won't retry",
    r"has failed permanently",
    r"endg[uü]ltig",
)
ORIGINAL_BEGINS = re.compile(
    r"^[^\w\n]{0,10}(?:"
    r"-{2,80}.{0,60}(?:original|below this line|copy of|urspr[uü]ngl|message d'origine|returned message|unsent).{0,80}|"
    r"(?:original|returned|unsent) message(?: follows| headers?| below)?[^\w\n]{0,10}|"
    r"received: (?:from|by) .*|return-path: .*)$",
    re.IGNORECASE | re.MULTILINE,
)
LONGEST_LETTER = 8_000


def from_a_mail_server(opened: Opened) -> Finding | None:
    """One that a program for mail wrote, by its name. Even those who look after mail go on holiday."""
    failed = opened.header("X-Failed-Recipients")
    if not (failed or DAEMON.search(opened.sender)) or is_away(opened):
        return None
    return _read(opened, is_sure=bool(failed or UNDELIVERED.search(opened.subject)))


def from_somewhere(opened: Opened) -> Finding | None:
    """One without a name that tells, but with no way back, or with a subject as only such letters have it."""
    says_so = bool(UNDELIVERED.search(opened.subject)) and not opened.header("In-Reply-To")
    return _read(opened, is_sure=False) if opened.has_no_way_back or says_so else None


def letter_of(opened: Opened) -> str:
    """What the server wrote, a line for each paragraph, without the email of ours below it: that may say anything."""
    text = opened.text[: 2 * LONGEST_LETTER]
    begins = ORIGINAL_BEGINS.search(text)
    letter = text[: begins.start()] if begins else text
    return "\n".join(" ".join(block.split()) for block in re.split(r"\n\s*\n", letter))[:LONGEST_LETTER]


def words_of(opened: Opened) -> str:
    """The line that tells the most."""
    lines = [line.strip() for line in opened.text[:LONGEST_LETTER].splitlines() if line.strip()]
    for telling in (severity.ENHANCED, severity.BASIC, severity.NOBODY, severity.FULL, BACK):
        if found := next((line for line in lines if telling.search(line)), None):
            return found
    return next(iter(lines), "")


def _read(opened: Opened, *, is_sure: bool) -> Finding | None:
    letter = letter_of(opened)
    status = severity.status_in(letter)
    about = f"{opened.subject}\n{letter}"
    if STILL_TRYING.search(about) and not GAVE_UP.search(about):
        return Finding(Meaning.DELAYED, status)
    if not is_sure and not (BACK.search(about) or severity.is_refusal(letter)):
        return None
    return bounce(permanent=severity.is_permanent(status, about), status=status, words=words_of(opened))
