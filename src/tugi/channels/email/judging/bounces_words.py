"""Why a mail did not arrive, from what the other side said: whether the address is of no use any more.

Only four things make an address useless: nobody there, no such domain, moved away, a domain that takes no mail.
Everything else (a full or disabled mailbox, spam, policy, our own reputation) may be different tomorrow or with
another mail.
"""

from __future__ import annotations

import re

from tugi.channels.email.judging.automatic_signs import ADDRESS

ENHANCED = re.compile(r"(?<![\d.])([245]\.\d{1,3}\.\d{1,3})(?![\d]|\.\d)")
REPLY = re.compile(r"(?<![\d.\w])([45]\d\d)(?=[\s-])")

# The other side refuses us, not its user.
_SENDER = re.compile(
    r"sender (?:address |domain |verif|rejected|denied|is not|not |unknown|refused)|unroutable sender|sender's|"
    r"domain of sender|after mail from|in reply to mail from|reply to (?:the )?mail from|from address|return[- ]path|"
    r"verify (?:the )?(?:sender|address)|envelope sender|purported responsible|my name was rejected|helo|ehlo|"
    r"allowed to send|unauthenticated sender|relay(?:ing)? (?:denied|not|access|prohibited)|not permitted to relay|"
    r"your (?:ip|host|server|domain|network|mail server)\b",
    re.IGNORECASE,
)
# The user was taken at RCPT and the mail refused afterwards: a filter.
_AFTER_DATA = re.compile(
    r"end of data|reply to (?:end of )?data|after data|after i sent|^data$|after message", re.I | re.M
)
_UNKNOWN = re.compile(
    r"(?:user|recipient|mailbox|address|account|addressee|userid|alias)(?: name| address| account| id| email)? "
    r"(?:is |was |does |has |seems |of the recipient )?(?:not )?"
    r"(?:unknown|no[tn][- ]?exist|exist|found|recogni[sz]ed|known|invalid|undeliverable|valid$|no longer exist)|"
    r"(?:no such|unknown|invalid|non[- ]?existent|bad|incorrect|unrecogni[sz]ed|illegal|nonexisting|no valid) "
    r"(?:local |mail ?|virtual |e-?mail |destination |final |smtp )*(?:user|recipient|mailbox|address|account|person|"
    r"alias|box|"
    r"delivery userid|rcpt)|"
    r"bad_recipient|badrcptto|mail[- ]box (?:was |is )?not found|no mail ?box available|"
    r"not a (?:known|valid|registered) (?:user|recipient|mailbox)|"
    r"not listed in|not in (?:the )?directory|no mailbox (?:here|by|with|found)|no account|not our (?:customer|user)|"
    r"there is no (?:one|user|such)|that you tried to reach does not exist|(?:doesn't|does not|"
    r"don't) have an? \S+ account|"
    r"(?:does not|doesn't|not) exist|no such (?:person|name)|recipientnotfound|nosuchuser|unknown in |unknown local|"
    r"recipient address rejected: access denied|user (?:is )?not (?:found|here|local)|mailbox (?:not found|unknown)|"
    r"adressat unbekannt|empfänger unbekannt|unbekannter|pole olemas|ei ole olemas|tundmatu|nie istnieje|nieznany|"
    r"не существует|не найден|неизвестн|ディレクトリのリストにありません|宛先不明|"
    r"onbekend|inconnu|desconocid|sconosciut",
    re.IGNORECASE,
)
_NO_HOST = re.compile(
    r"host (?:is )?(?:unknown|not found)|unknown (?:host|domain)|no such (?:host|domain)|nxdomain|"
    r"domain(?: name)? (?:is )?(?:not found|unknown|does not exist|doesn't exist|invalid|not exist)|"
    r"unrout(?:e)?able (?:mail )?domain|invalid (?:recipient )?domain|name or service not known|bad destination host|"
    r"(?:couldn't|could not|cannot|can't|unable to) (?:find|locate|resolve|look ?up) (?:any |a |the )?"
    r"(?:host|mail exchanger|mx|domain|name|address)|host or domain name not found|dns lookup failed|no dns|"
    r"null mx|no smtp service|does not accept (?:any )?(?:mail|e-?mail)|doesn't (?:accept|receive) (?:any )?(?:mail|"
    r"e-?mail)|"
    r"domain has no (?:valid )?(?:mx|mail)|no (?:valid )?mx|dns lookup failure: host|host \S+ not found",
    re.IGNORECASE,
)
_MOVED = re.compile(
    r"has moved|mailbox moved|moved permanently|no forwarding address|no longer (?:on|at|with|in use|valid|works|"
    r"available|"
    r"here|employed|used|monitored)|address (?:has )?changed|has changed (?:his|her|their|its)|nicht mehr (?:gültig|"
    r"aktiv)|"
    r"enam ei kasutata|ei ole enää käytössä",
    re.IGNORECASE,
)
# Whatever else is said, somebody lives there.
_FULL = re.compile(
    r"mailbox (?:is |was )?full|(?:is|over|exceeded?) ?(?:the |its |his )?(?:storage |disk )?quota|quota exceed|"
    r"overquota",
    re.I,
)
_SOFT = re.compile(
    r"\bfull\b|quota|storage|insufficient|disk space|too (?:large|big|long)|size limit|exceed|"
    r"disabled|suspended|inactive|deactivat|not active|locked|restricted|on hold|"
    r"\bspam|spamming|blocked|block ?list|black ?list|blacklist|\brbl\b|dnsbl|reputation|policy|polic(?:y|ies)|"
    r"\bspf\b|\bdkim\b|\bdmarc\b|"
    r"authenticat|content rejected|message content|virus|malware|prohibited|banned|unsolicited|abuse|\bjunk\b|\bptr\b|"
    r"reverse dns|reverse lookup|name lookup|too many|rate limit|throttl|grey ?list|try again|temporar|timed? ?out|"
    r"\bloop\b|"
    r"hop count|deferred|later|expired|not responding|connect(?:ion)? (?:refused|to|reset)|multiple addresses|filtered|"
    r"content type|not rfc|name service error|malformed|spamhaus|protocol|starttls|\btls\b|certificate",
    re.IGNORECASE,
)
_URL = re.compile(r"https?://\S+", re.I)
_NO_SUCH_USER = re.compile(r"[?/&=]NoSuchUser", re.I)

_USELESS_CODES = frozenset(
    {*("5.1.1", "5.1.2", "5.1.3", "5.1.4", "5.1.6", "5.1.10", "5.1.351"), *("5.4.4", "5.4.12", "5.4.310")}
)


def code_of(status: str, words: str) -> str | None:
    """The most telling enhanced code (RFC 3463): what the other side said before what our side made of it."""
    said = [code for code in ENHANCED.findall(words) if not code.endswith(".0.0")]
    own = ENHANCED.search(status)
    if said and said[0][0] != "2":
        # "5.1.0" is what a system says that does not know better itself.
        return next((code for code in said if code != "5.1.0"), said[0])
    if own:
        return own[1]
    found = ENHANCED.search(words)
    if found:
        return found[1]
    reply = REPLY.search(words)
    return f"{reply[1][0]}.0.0" if reply else None


def is_permanent(code: str | None, words: str, beside: str = "") -> bool:
    """Whether the address is of no use any more, by the code and by what was said of this recipient.

    beside: what else the mail says of it, read only for when in the session it was refused.
    """
    if code and code[0] != "5":
        return False
    hint = bool(_NO_SUCH_USER.search(words))
    said = _URL.sub(" ", ADDRESS.sub(" ", words))
    said = re.sub(r"[ \t\r\f\v]+", " ", said)
    # Amazon SES begins whatever was said with this.
    said = said.replace("Unknown address error", "")
    if _SENDER.search(said) or _FULL.search(said):
        return False
    if hint or _NO_HOST.search(said) or _MOVED.search(said):
        return True
    if _UNKNOWN.search(said):
        return not _AFTER_DATA.search(said) and not _AFTER_DATA.search(beside)
    if _SOFT.search(ADDRESS.sub(" ", words)):
        return False
    reply = REPLY.search(said)
    return code in _USELESS_CODES or bool(reply and reply[1] in ("521", "556"))
