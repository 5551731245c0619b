"""Which mails come from a mail system and not from a person: senders, subjects and first sentences of bounces."""

from __future__ import annotations

import re

from tugi.channels.email.judging.automatic_signs import Signs, first, readable
from tugi.channels.email.understanding.addresses import addresses

_DAEMONS = re.compile(
    r"(?:mailer[-_. ]?daemon|mail[-_. ]?daemon|post-?master|poostmaster|mdaemon|mail[-_. ]?delivery|"
    r"mailer|maildelivery[\w-]*|bounces?|mmdf|mail-?system|double-bounce|microsoftexchange[0-9a-f]{8,})"
    r"(?:[-+].*)?",
    re.IGNORECASE,
)
_DAEMON_NAMES = re.compile(
    r"mail(?:er)? ?-?(?:delivery (?:sub)?system|daemon|delivery service|system|administrator)|post-?master|"
    r"mail delivery|ndr administrator|microsoft outlook$|undeliver|mail router",
    re.IGNORECASE,
)

# At the beginning of a subject: with "Re:" or "Fwd:" before it, a person is writing.
SUBJECTS = re.compile(
    r"(?:\*+|\[[^\]]{1,40}\]|mail |warning[:,] |error[:,] |postmaster notify: |mdaemon )?\s*(?:"
    r"undeliver(?:ed|able|y)|returned (?:mail|e-?mail|message|to sender)|mail(?:er)? returned|failure (?:notice|"
    r"delivery)|"
    r"delivery (?:status )?(?:notification|notice|failure|failed|problem|report|error|delayed|has failed|incomplete)|"
    r"delivery status|mail(?: message)?[- ](?:delivery|system) (?:failed|failure|error|status|problem|subsystem|report|"
    r"warning)|mail (?:failure|failed|error|delivery)|(?:message|e-?mail|mail) (?:delivery (?:has )?(?:failed|failure|"
    r"delayed|notification|error)|could not be delivered|not delivered|undeliverable|rejected|you sent blocked|status)|"
    r"message you sent blocked|non[- ]?deliver(?:y|able|ed)|nondeliverable|not delivered|unable to deliver|"
    r"could(?: not|n't) send message|sorry, your message could not|notice: mail delivery|rejected (?:mail|message)|"
    r"warning: (?:message .{1,60} delayed|could not send|\S{1,80} - user unknown)|message .{1,60} delayed|delayed mail|"
    r"user unknown|unknown (?:user|recipient)|permanent (?:delivery|error)|bounce(?:d)? (?:mail|message)|"
    r"delivery to .{1,80} (?:failed|delayed)|loop alert|there was an error sending your|"
    r"unzustellbar|nicht zustellbar|zustellung(?:sfehler| fehlgeschlagen)|mail konnte nicht|rücksendung|"
    r"ei toimitettu|ei voi(?:da|tu)? toimittaa|toimittaminen (?:ei |epä)onnistu|"
    r"viestiä ei (?:voitu|ole) toimit|toimitusvirhe|perillesaattamaton|toimitus epäonnistui|"
    r"kirja ei (?:saanud|õnnestunud)|kohaletoimetamat|kättetoimetamat|edastamat|tagastatud (?:kiri|meil)|"
    r"ei saa kohale toimetada|"
    r"niedostarczon|nie można dostarczyć|niedoręczon|zwrot (?:poczty|wiadomości)|nie dostarczono|"
    r"недоставленн|не доставлен|не удалось доставить|ваше сообщение не доставлено|возврат|"
    r"olevererbart|kunde inte leverera|leveransfel|inte levererat|olevererat|kan ikke leveres|uleverbar|ikke levert|"
    r"nepiegād|nevar piegādāt|neizdevās piegādāt|nepristatyt|nepavyko pristatyti|neįmanoma pristatyti|"
    r"gick inte att leverera|ikke leveret|"
    r"non remis|échec de (?:la )?remise|message non distribué|retour à l'expéditeur|"
    r"no se (?:ha )?(?:pudo|podido) entregar|no entregado|mensaje devuelto|devolución|não entregue|"
    r"non recapitabile|messaggio non recapitato|mancato recapito|onbestelbaar|niet afgeleverd|niet bezorgd|"
    r"nedoručiteľn|nedoručiteln|nelze doručit|kézbesíthetetlen|"
    r"未送信|送信できません|配信不能|退信|系统退信)",
    re.IGNORECASE,
)
# Whatever else such a mail says, it was not lost.
RECEIPTS = re.compile(
    r"(?:read|gelesen|luettu|loetud|przeczytan|прочитано|lu|leído|letto|gelezen|läst)\s?:", re.IGNORECASE
)
ANSWERED = re.compile(
    r"\s*(?:re|fw|fwd|aw|wg|sv|vs|vl|vb|tr|odp|pd|ats?|res|rv|enc|i|r|rif|antw|doorst)\s?(?:\[\d+\])?:", re.I
)

# The first sentences of bounces in words, in the first 1,500 characters and never behind a quote mark.
OPENINGS = re.compile(
    r"^(?![>|])[^\n]{0,120}?(?:this is the (?:mail system at|qmail|mailer-daemon|dragonfly|postfix|mail delivery)|"
    r"created automatically by (?:the )?(?:mail delivery|the mail)|automatically generated delivery status|"
    r"wasn't able to deliver (?:your|the following) message|could(?: not|n't) be delivered|was(?: not|n't) delivered|"
    r"has not (?:yet )?been delivered|did not reach the following|undeliverable (?:to|mail|message)|"
    r"unable to deliver (?:your |the |this )?(?:message|mail|e-?mail)|trouble delivering your (?:message|mail)|"
    r"cannot (?:be delivered|deliver)|"
    r"delivery (?:to|of) [^\n]{1,120}(?:failed|delayed|has been)|delivery has failed|delivery failed|"
    r"failed to deliver|delivery attempt|(?:message|mail|e-?mail) (?:could not|cannot|can't|can not) (?:be )?(?:sent|"
    r"deliver)|"
    r"the original message was received at|transcript of (?:the )?session|failure reasons|message from +[\w.-]+\.$|"
    r"(?:unknown|invalid) (?:user|recipient|final delivery userid)|user unknown|not a valid (?:user|recipient|mailbox)|"
    r"recipient (?:address )?rejected|"
    r"is over quota|mailbox is full|been delayed|message was rejected|was rejected by|has been rejected|"
    r"your message (?:to|was|has|could|cannot|wasn)|error occurred while trying to deliver|"
    r"konnte nicht (?:zugestellt|an)|nicht zugestellt werden|ei voi(?:da|tu)? toimittaa|ei (?:saanud|"
    r"õnnestunud) (?:kohale )?toimetada|"
    r"nie (?:mogła|może) (?:zostać )?(?:być )?dostarczon|не может быть доставлено|не удалось доставить|"
    r"送信できませんでした|配信できませんでした|duplicated message-id)",
    re.IGNORECASE | re.MULTILINE,
)


def is_daemon(email: str, name: str) -> bool:
    """Whether the address or the name beside it is that of a mail system."""
    local = email.rpartition("@")[0] or email
    return bool(_DAEMONS.fullmatch(local.strip())) or bool(name and _DAEMON_NAMES.search(name))


def null_path(found: Signs) -> bool:
    """Whether the envelope had no sender: what receives it must not be answered (RFC 5321 4.5.5)."""
    path = first(found, "return-path")
    return (
        bool(path)
        and path.strip("<> \t").lower().partition("@")[0] in ("", "mailer-daemon")
        and ("<" in path or "-" in path)
    )


def from_machine(found: Signs) -> bool:
    """Whether the sender calls itself a mail system, or hides that there is any."""
    senders = [value for value in found.get("from", []) if value.strip()]
    if any(is_daemon(address.email, address.name or "") for address in addresses(senders)):
        return True
    # "From: MAILER-DAEMON <>" and "(Mail Delivery System)" hold no address at all.
    plain = " ".join(senders)
    return bool(plain) and "@" not in plain and bool(_DAEMON_NAMES.search(plain) or plain.strip() == "<>")


def subject_tells(found: Signs) -> bool:
    """Whether the subject is one that mail systems write."""
    return bool(SUBJECTS.match(readable(first(found, "subject"))))


def is_answer(found: Signs) -> bool:
    """Whether the subject says that a person answers or forwards something."""
    return bool(ANSWERED.match(readable(first(found, "subject"))))
