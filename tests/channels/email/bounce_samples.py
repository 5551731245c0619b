"""Bounces as mail systems write them: their formats, in words of our own, for a letter of ours to ann@firma.ee."""

from __future__ import annotations

from dataclasses import dataclass

OURS = "1042.88.k3v7q2@kaup.ee"


@dataclass(frozen=True, slots=True)
class Sample:
    """A bounce and what is to be read from it. recipients: as they fail, in order."""

    name: str
    raw: bytes
    permanent: bool
    code: str | None
    delayed: bool = False
    letter_id: str | None = OURS
    recipients: tuple[str, ...] = ("ann@firma.ee",)


RETURNED = f"""Return-Path: <info@kaup.ee>
Received: from mail.kaup.ee (mail.kaup.ee [192.0.2.7])
\tby mx.firma.ee with ESMTP id 4TnQ
Message-ID: <{OURS}>
From: Kaup <info@kaup.ee>
To: ann@firma.ee
Subject: Re: Order 77

Your parcel left today.
"""


def mail(
    subject: str, body: str, *more: str, sender: str = "MAILER-DAEMON@mx.firma.ee (Mail Delivery System)"
) -> bytes:
    """A mail of one part."""
    lines = [f"From: {sender}", "To: info@kaup.ee", f"Subject: {subject}", "Message-ID: <b1@mx.firma.ee>", *more]
    return ("\n".join(lines) + "\n\n" + body).encode()


def report(
    diagnostic: str,
    *,
    status: str = "5.0.0",
    action: str = "failed",
    said: str = "This is the mail system at host mx.firma.ee.",
    sender: str = "MAILER-DAEMON@mx.firma.ee (Mail Delivery System)",
    subject: str = "Undelivered Mail Returned to Sender",
    recipient: str = "Final-Recipient: rfc822; ann@firma.ee",
    returned: str = RETURNED,
    returned_type: str = "message/rfc822",
    outer: str = "multipart/report; report-type=delivery-status",
    null_path: bool = True,
) -> bytes:
    """A delivery report (RFC 3464) with the letter that came back."""
    diagnostic = f"Diagnostic-Code: {diagnostic}\n" if diagnostic else ""
    body = f"""--x
Content-Type: text/plain

{said}

--x
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.firma.ee
Arrival-Date: Mon, 2 Nov 2026 10:00:00 +0200

{recipient}
Action: {action}
Status: {status}
{diagnostic}
--x
Content-Type: {returned_type}

{returned}
--x--
"""
    more = ["MIME-Version: 1.0", f'Content-Type: {outer}; boundary="x"'] + (["Return-Path: <>"] if null_path else [])
    return mail(subject, body, *more, sender=sender)


EXIM = """This message was created automatically by mail delivery software.

A message that you sent could not be delivered to one or more of its
recipients. This is a permanent error. The following address(es) failed:

  {words}

------ This is a copy of the message, including all the headers. ------

"""
QMAIL = """Hi. This is the qmail-send program at mx.firma.ee.
I'm afraid I wasn't able to deliver your message to the following addresses.
This is a permanent error; I've given up. Sorry it didn't work out.

{words}

--- Below this line is a copy of the message.

"""


def exim(words: str, *more: str) -> bytes:
    """Exim's words."""
    head = ("Return-path: <>", "Auto-Submitted: auto-replied", *more)
    sender = "Mail Delivery System <Mailer-Daemon@mx.firma.ee>"
    subject = "Mail delivery failed: returning message to sender"
    return mail(subject, EXIM.format(words=words) + RETURNED, *head, sender=sender)


def qmail(words: str) -> bytes:
    """qmail's words."""
    return mail("failure notice", QMAIL.format(words=words) + RETURNED, "Return-Path: <>", sender="MAILER-DAEMON@mx.ee")


SMTP = {
    "postfix nobody there": ("smtp; 550 5.1.1 <ann@firma.ee>: Recipient address rejected: User unknown", True, "5.1.1"),
    "gmail nobody there": ("smtp; 550-5.1.1 The email account that you tried to reach does not exist.", True, "5.1.1"),
    "exchange nobody there": ("smtp;550 5.1.10 RESOLVER.ADR.RecipientNotFound; not found by lookup", True, "5.1.10"),
    "office365 nobody there": ("smtp;550 5.4.1 Recipient address rejected: Access denied. [x]", True, "5.4.1"),
    "polish nobody there": ("smtp; 550 5.1.1 Adresat ann@firma.ee nie istnieje", True, "5.1.1"),
    "german nobody there": ("smtp; 550 Adressat unbekannt", True, "5.0.0"),
    "russian nobody there": ("smtp; 550 Пользователь не найден", True, "5.0.0"),
    "no mailbox": ("smtp; 550 No mailbox here by that name", True, "5.0.0"),
    "no such domain": ("X-Postfix; Host or domain name not found. Name service error for name=firma.ee", True, "5.4.4"),
    "null mx": ("smtp; 556 5.1.10 Recipient address has null MX", True, "5.1.10"),
    "takes no mail": ("smtp; 521 5.3.2 firma.ee does not accept mail", True, "5.3.2"),
    "moved": ("smtp; 551 5.1.6 Recipient has moved, no forwarding address", True, "5.1.6"),
    "no longer there": ("smtp; 550 5.1.6 recipient no longer on server", True, "5.1.6"),
    "full": ("smtp; 552 5.2.2 <ann@firma.ee>: mailbox is full", False, "5.2.2"),
    "google full": ("smtp; 552-5.2.2 The recipient's inbox is out of storage space.", False, "5.2.2"),
    "disabled": ("smtp; 550 5.2.1 The email account that you tried to reach is disabled.", False, "5.2.1"),
    "spam": ("smtp; 554 5.7.1 Message rejected as spam by content filter", False, "5.7.1"),
    "blocked": ("smtp; 550 5.7.606 Access denied, banned sending IP [192.0.2.7]", False, "5.7.606"),
    "listed": ("smtp; 554 5.7.1 Service unavailable; Client host blocked using zen.spamhaus.org", False, "5.7.1"),
    "dmarc": ("smtp; 550-5.7.26 Unauthenticated email from kaup.ee is not accepted", False, "5.7.26"),
    "spf": ("smtp; 550 5.7.23 SPF validation failed", False, "5.7.23"),
    "our sender": ("smtp; 553 5.1.8 <info@kaup.ee>: Sender address rejected: Domain not found", False, "5.1.8"),
    "no relaying": ("smtp; 554 5.7.1 <ann@firma.ee>: Relay access denied", False, "5.7.1"),
    "too big": ("smtp; 552 5.3.4 Message size exceeds fixed limit", False, "5.3.4"),
    "policy": ("smtp; 550 5.7.1 Message refused by local policy", False, "5.7.1"),
    "mimecast": ("smtp; 550 csi.mimecast.org Poor Reputation Sender.", False, "5.0.0"),
    "loop": ("X-Notes; Maximum hop count exceeded. Message probably in a routing loop.", False, "5.0.0"),
    "expired": ("X-Postfix; connect to mx.firma.ee[192.0.2.9]:25: Connection timed out", False, "4.4.1"),
    "said temporary": ("smtp; 450 4.2.0 User unknown for now", False, "4.2.0"),
}
STATUS = {"no such domain": "5.4.4", "expired": "4.4.1"}
BY_REPORT = [
    Sample(name, report(said, status=STATUS.get(name, "5.0.0")), permanent, code)
    for name, (said, permanent, code) in SMTP.items()
]
UNKNOWN = "smtp; 550 5.1.1 User unknown"
VARIANTS = [
    Sample("code of status only", report("", status="5.1.1"), True, "5.1.1"),
    Sample("code of other side before ours", report("SMTP; 550 5.7.1 IP blacklisted", status="5.1.1"), False, "5.7.1"),
    Sample("status with words", report(UNKNOWN, status="5.1.1 (bad destination)"), True, "5.1.1"),
    Sample("ses prefix", report("smtp; 5.1.0 - Unknown address error 550-'5.2.2 Mailbox Full'"), False, "5.2.2"),
    Sample("headers returned", report(UNKNOWN, returned_type="text/rfc822-headers"), True, "5.1.1"),
    Sample("empty line too early", report(UNKNOWN, returned="\n" + RETURNED), True, "5.1.1"),
    Sample("mixed", report(UNKNOWN, outer="multipart/mixed"), True, "5.1.1"),
    Sample("mixed, no sender", report(UNKNOWN, outer="multipart/mixed", sender="<>"), True, "5.1.1"),
    Sample("own subject", report(UNKNOWN, subject="Re: Order 77", null_path=False), True, "5.1.1"),
    Sample("person's address as sender", report(UNKNOWN, sender="mail@firma.ee"), True, "5.1.1"),
    Sample("empty line too many", report(UNKNOWN, recipient="\nFinal-Recipient: rfc822; ann@firma.ee"), True, "5.1.1"),
    Sample("delayed", report("smtp; 451 4.7.1 Greylisted", action="delayed", status="4.7.1"), False, "4.7.1", True),
    Sample(
        "delayed without a reason",
        report("", action="delayed", status="4.0.0", subject="Delayed Mail"),
        False,
        "4.0.0",
        True,
    ),
    Sample(
        "alias: whom we wrote to",
        report(UNKNOWN, recipient="Final-Recipient: rfc822; x@host\nOriginal-Recipient: rfc822;ann@firma.ee"),
        True,
        "5.1.1",
    ),
    Sample(
        "after the whole mail",
        report("smtp; 550 User unknown", said="<ann@firma.ee>: User unknown (in reply to end of DATA command)"),
        False,
        "5.0.0",
    ),
    Sample(
        "two people",
        report(
            "smtp; 550 5.1.1 User unknown",
            recipient="Final-Recipient: rfc822; bo@firma.ee\nAction: failed\nStatus: 5.2.2\n"
            "Diagnostic-Code: smtp; 552 5.2.2 Mailbox full\n\nFinal-Recipient: rfc822; ann@firma.ee",
        ),
        True,
        "5.1.1",
        recipients=("bo@firma.ee", "ann@firma.ee"),
    ),
    Sample(
        "one arrived, one not",
        report(
            "smtp; 550 5.1.1 User unknown",
            recipient="Final-Recipient: rfc822; bo@firma.ee\nAction: delivered\nStatus: 2.0.0\n\n"
            "Final-Recipient: rfc822; ann@firma.ee",
        ),
        True,
        "5.1.1",
    ),
    Sample(
        "id only in the references",
        report(UNKNOWN, returned="Subject: Re: Order 77\n").replace(
            b"To: info", f"In-Reply-To: <{OURS}>\nTo: info".encode(), 1
        ),
        True,
        "5.1.1",
    ),
    Sample("no id at all", report(UNKNOWN, returned="To: ann@firma.ee\nSubject: Hi\n"), True, "5.1.1", letter_id=None),
]
DOMINO = "Your message\n\n  Subject: Order\n\nwas not delivered to:\n\n  ann@firma.ee\n\nbecause:\n\n  User ann"
GOOGLE = (
    "Delivery to the following recipient failed permanently:\n\n     ann@firma.ee\n\nTechnical details of permanent"
)
GMX = 'The following address\nfailed:\n\n"ann@firma.ee":\n5.2.2 <ann@firma.ee>... Mailbox Full\n\n'
OPENSMTPD = (
    "    Hi!\n\n    This is the MAILER-DAEMON, please DO NOT REPLY to this e-mail.\n\n    {0}\n\nann@firma.ee: {1}\n\n"
)
IN_GOOGLES_WORDS = f"{GOOGLE} failure:\n550 5.1.1 no such user\n\n----- Original message -----\n{RETURNED}"
IN_MAIL_RUS_WORDS = (
    "Ваше письмо не может быть доставлено одному получателю:\n\n  ann@firma.ee\n    550 Нет такого: user not found\n\n"
)
DELAY = (
    "THIS IS A WARNING MESSAGE ONLY.\n\nDelivery to the following recipient has been delayed:\n\n     ann@firma.ee\n\n"
    "Message will be retried for 2 more day(s)\n\n"
)
IN_AMAZONS_WORDS = (
    "An error occurred while trying to deliver the mail to the following recipients:\nann@firma.ee\n\n"
    "Technical report:\n\nReporting-MTA: dsn; a1.eu-west-1.amazonses.com\n\nAction: failed\n"
    "Final-Recipient: rfc822; ann@firma.ee\nDiagnostic-Code: smtp; 550 5.1.1 User Unknown\nStatus: 5.1.1\n\n"
)
BELOW = "    Below is a copy of the original message:\n\n"
IN_WORDS = [
    Sample("exim: unknown", exim("ann@firma.ee\n    host mx.firma.ee: 550 5.1.1 No such user"), True, "5.1.1"),
    Sample(
        "exim: header names whom", exim("ann\n    550 unknown user", "X-Failed-Recipients: ann@firma.ee"), True, "5.0.0"
    ),
    Sample(
        "exim: sender refused",
        exim("ann@firma.ee\n    SMTP error after MAIL FROM:<info@kaup.ee>: 550 no"),
        False,
        "5.0.0",
    ),
    Sample("exim: gave up", exim("ann@firma.ee\n    retry timeout exceeded"), False, None),
    Sample("exim: domain", exim('ann@firma.ee\n    Unrouteable mail domain "firma.ee"'), True, None),
    Sample(
        "exim: two",
        exim("bo@firma.ee\n    552 Mailbox quota exceeded\n  ann@firma.ee\n    550 5.1.1 User unknown"),
        True,
        "5.1.1",
        recipients=("bo@firma.ee", "ann@firma.ee"),
    ),
    Sample("qmail: unknown", qmail("<ann@firma.ee>:\nSorry, no mailbox here by that name. (#5.1.1)"), True, "5.1.1"),
    Sample(
        "qmail: remote", qmail("<ann@firma.ee>:\n192.0.2.9 does not like recipient.\n550 User unknown"), True, "5.0.0"
    ),
    Sample("qmail: quota", qmail("<ann@firma.ee>:\nThe user is over quota. (#5.2.2)"), False, "5.2.2"),
    Sample(
        "qmail: no host",
        qmail("<ann@firma.ee>:\nSorry, I couldn't find any host named firma.ee. (#5.1.2)"),
        True,
        "5.1.2",
    ),
    Sample(
        "domino",
        mail(
            "DELIVERY FAILURE: User ann not listed",
            f"{DOMINO} (ann@firma.ee) not listed in Domino Directory\n\n{RETURNED}",
        ),
        True,
        None,
    ),
    Sample(
        "exchange 2003",
        mail(
            "Undeliverable: Order",
            "Your message\n\n  To:      ann@firma.ee\n  Subject: Order\n\ndid not reach the following recipient(s):\n\n"
            f"ann@firma.ee on Mon, 2 Nov 2026 10:00:00 +0200\n    The recipient name is not recognized\n\n{RETURNED}",
            sender="System Administrator <postmaster@firma.ee>",
        ),
        True,
        None,
    ),
    Sample(
        "gmail in words",
        mail(
            "Delivery Status Notification (Failure)",
            IN_GOOGLES_WORDS,
        ),
        True,
        "5.1.1",
    ),
    Sample(
        "gmail delays",
        mail(
            "Delivery Status Notification (Delay)",
            f"{DELAY}----- Original message -----\n{RETURNED}",
        ),
        False,
        None,
        True,
    ),
    Sample(
        "gmx",
        mail("Mail delivery failed", f"{GMX}--- The header of the original message is following. ---\n{RETURNED}"),
        False,
        "5.2.2",
    ),
    Sample(
        "opensmtpd fails",
        mail(
            "Delivery status notification: error",
            OPENSMTPD.format("An error has occurred", "550 5.1.1 User unknown") + BELOW + RETURNED,
        ),
        True,
        "5.1.1",
    ),
    Sample(
        "opensmtpd delays",
        mail(
            "Delivery status notification: warning",
            OPENSMTPD.format("A message is delayed for more than 4 hours", "Network error")
            + "    Please note that this is only a temporary failure report.\n\n"
            + BELOW
            + RETURNED,
        ),
        False,
        None,
        True,
    ),
    Sample(
        "dragonfly",
        mail(
            "Mail delivery failed",
            "This is the DragonFly Mail Agent v0.13 at mx.\n\n"
            "There was an error delivering your mail to <ann@firma.ee>.\n\nmx.firma.ee [192.0.2.9] did not like our "
            f"RCPT TO:\n550 5.1.1 User unknown\n\nMessage headers follow.\n\n{RETURNED}",
            sender="MAILER-DAEMON <>",
        ),
        True,
        "5.1.1",
    ),
    Sample(
        "mail.ru",
        mail(
            "=?UTF-8?B?0JLQsNGI0LUg0YHQvtC+0LHRidC10L3QuNC1INC90LUg0LTQvtGB0YLQsNCy0LvQtdC90L4=?=",
            IN_MAIL_RUS_WORDS + RETURNED,
            "Content-Type: text/plain; charset=utf-8",
            sender="mailer-daemon@corp.mail.ru",
        ),
        True,
        "5.0.0",
    ),
    Sample(
        "amazon in words",
        mail(
            "Delivery Status Notification (Failure)",
            IN_AMAZONS_WORDS + RETURNED,
            sender="MAILER-DAEMON@eu-west-1.amazonses.com",
        ),
        True,
        "5.1.1",
    ),
    Sample(
        "sendmail, very old",
        mail(
            "Returned mail: Host unknown",
            "   ----- Transcript of session follows -----\n"
            "554 <ann@firma.ee>... 550 Host unknown (Authoritative answer)\n\n"
            f"   ----- Unsent message follows -----\n{RETURNED}",
            sender="Mail Delivery Subsystem <MAILER-DAEMON@mx.ee>",
        ),
        True,
        "5.0.0",
    ),
    Sample(
        "a phone company",
        mail(
            "Undeliverable Message",
            f"Could not be delivered to: <ann@firma.ee>\nAs their mailbox is full.\n\n{RETURNED}",
            "Return-Path: <>",
        ),
        False,
        None,
    ),
]
SAMPLES = BY_REPORT + VARIANTS + IN_WORDS
