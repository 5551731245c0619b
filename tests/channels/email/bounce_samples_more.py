"""Further bounces: of systems that say little, and inside the mails of other machines."""

from __future__ import annotations

from channels.email.bounce_samples import OURS, RETURNED, Sample, mail, report

MORE = [
    Sample(
        "a language that nobody knows",
        (
            "From: MAILER-DAEMON@mx.firma.ee\nTo: info@kaup.ee\nSubject: Xyz qwe\nMIME-Version: 1.0\n"
            'Content-Type: multipart/mixed; boundary="x"\n\n'
            f"--x\nContent-Type: text/plain\n\nQwe rty uio.\n\n<ann@firma.ee>\n\n"
            f"--x\nContent-Type: message/rfc822\n\n{RETURNED}\n--x--\n"
        ).encode(),
        False,
        None,
    ),
    Sample(
        "wrapped by a gateway",
        (
            b"From: postmaster@firma.ee\nTo: info@kaup.ee\nSubject: Delivery Status Notification (Failure)\n"
            b'MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary="outer"\n\n'
            b"--outer\nContent-Type: message/rfc822\n\n"
        )
        + report("smtp; 550 5.1.1 User unknown", status="5.1.1")
        + b"\n--outer\nContent-Type: text/plain\n\nThis mail was scanned.\n--outer--\n",
        True,
        "5.1.1",
    ),
    Sample(
        "not a valid user, from nobody",
        mail(
            "",
            f"You sent mail to ann@firma.ee. That's not a valid user here.\n\nMessage-ID: <{OURS}>",
            "Auto-Submitted: auto-replied",
            sender="<>",
        ),
        True,
        None,
    ),
    Sample(
        "a daemon's warning",
        mail(
            "Warning: ann@firma.ee - User unknown!",
            f"ann@firma.ee - no such user here.\n\nThere is no user by that name.\n\n{RETURNED}",
            sender="MDaemon@mx.firma.ee",
        ),
        True,
        None,
    ),
    Sample(
        "finnish exchange",
        mail(
            "Ei voi toimittaa: Tilaus",
            "Viestin toimitus seuraaville vastaanottajille epäonnistui:\n\nann@firma.ee\n\n"
            f"#550 5.1.1 RESOLVER.ADR.RecipNotFound; not found ##\n\n{RETURNED}",
            sender="postmaster@firma.ee",
        ),
        True,
        "5.1.1",
    ),
    Sample(
        "the mail's own subject",
        mail(
            "Re: Order 77",
            "I'm afraid I wasn't able to deliver the following message.\n"
            "This is a permanent error; I've given up. Sorry it didn't work out.\n\n"
            f"Subject: Re: Order 77\nTo: ann@firma.ee\n\n---Below this line is a copy of the message.\n\n{RETURNED}",
            sender="MAILER-DAEMON@yahoo.example",
        ),
        False,
        None,
    ),
    Sample(
        "in quotation marks",
        mail(
            "Mail delivery failed",
            "A message that you sent could not be delivered to all of its recipients.\n\n"
            f"'ann@firma.ee':\n  550 No mail box available for this user\n\n{RETURNED}",
        ),
        True,
        "5.0.0",
    ),
]
