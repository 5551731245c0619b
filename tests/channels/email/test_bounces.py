"""Bounces of many systems are understood; what people write about bounces is not taken for one."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.email import bounce_samples
from channels.email.bounce_samples import OURS, Sample, exim, mail, report
from channels.email.bounce_samples_more import MORE
from tugi.channels.email.judging.automatic import why_automatic
from tugi.channels.email.judging.automatic_signs import own_parts
from tugi.channels.email.judging.bounces import all_bounces, bounce_of, is_report
from tugi.channels.email.understanding import tree
from tugi.channels.email.understanding.tree import Piece
from tugi.ports import Bounce

SAMPLES = bounce_samples.SAMPLES + MORE


def text_of(letter: Piece) -> str:
    """The plain texts of a letter."""
    texts = [part for part in own_parts(letter) if isinstance(part, Piece) and part.media_type == "text/plain"]
    return "\n".join(part.text() for part in texts)


def bounces(raw: bytes) -> list[Bounce]:
    """All failures a letter tells of."""
    letter = tree.parse(raw)
    return all_bounces(letter, text_of(letter))


def test_there_are_enough_samples() -> None:
    assert len(SAMPLES) >= 60
    assert len({sample.name for sample in SAMPLES}) == len(SAMPLES)


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.name)
def test_what_a_bounce_says(sample: Sample) -> None:
    letter = tree.parse(sample.raw)
    found = bounce_of(letter, text_of(letter))
    assert found is not None
    assert (found.permanent, found.code, found.delayed) == (sample.permanent, sample.code, sample.delayed)
    assert found.letter_id == sample.letter_id
    assert tuple(bounce.recipient for bounce in bounces(sample.raw)) == sample.recipients
    assert why_automatic(letter) is not None
    assert not is_report(letter)
    assert len(found.why) <= 300
    assert "\n" not in found.why


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.name)
def test_with_the_line_ends_of_the_wire(sample: Sample) -> None:
    assert bounces(sample.raw.replace(b"\n", b"\r\n")) == bounces(sample.raw)


def test_why_is_what_the_other_side_said() -> None:
    (found,) = bounces(report("smtp; 550 5.1.1 User  unknown"))
    assert found.why == "550 5.1.1 User unknown"


def test_one_of_two_people_is_told_apart() -> None:
    raw = exim("bo@firma.ee\n    552 Mailbox quota exceeded\n  ann@firma.ee\n    550 5.1.1 User unknown")
    assert [(bounce.recipient, bounce.permanent) for bounce in bounces(raw)] == [
        ("bo@firma.ee", False),
        ("ann@firma.ee", True),
    ]


FORWARDED = "\n".join("> " + line for line in exim("ann@firma.ee\n    550 User unknown").decode().splitlines())
ATTACHED = f"""See what I got!

--y
Content-Type: text/plain

See what I got!
--y
Content-Type: message/rfc822

{report("smtp; 550 5.1.1 User unknown").decode()}
--y--
"""
SENDER = "Ann <ann@firma.ee>"
BY_PEOPLE = {
    "forwarded": mail("Fwd: Undelivered Mail Returned to Sender", f"What is this?\n\n{FORWARDED}", sender=SENDER),
    "answered": mail("Re: Undelivered Mail Returned to Sender", f"It came back.\n\n{FORWARDED}", sender=SENDER),
    "answered in Estonian": mail("Vs: failure notice", f"Miks?\n\n{FORWARDED}", sender=SENDER),
    "quoted without a sign": mail("Delivery failed", f"My parcel was not delivered.\n\n{FORWARDED}", sender=SENDER),
    "attached": mail("Fwd: failure notice", ATTACHED, 'Content-Type: multipart/mixed; boundary="y"', sender=SENDER),
    "a parcel": mail("Delivery problem", "Hello, my order 77 was not delivered yesterday. Ann", sender=SENDER),
    "a full mailbox": mail("Question", "I think my mailbox is full, can you send it to ann@home.ee?", sender=SENDER),
    "an answer by the mail's own id": mail(
        "Undelivered Mail Returned to Sender", "Why did this come back?", f"In-Reply-To: <{OURS}>", sender=SENDER
    ),
    "the postmaster himself": mail("Invoice 7", "Please send me the invoice again.", sender="postmaster@firma.ee"),
}


@pytest.mark.parametrize("raw", BY_PEOPLE.values(), ids=BY_PEOPLE.keys())
def test_people_write_about_bounces(raw: bytes) -> None:
    assert bounces(raw) == []


def test_people_who_write_about_bounces_are_people() -> None:
    assert [name for name, raw in BY_PEOPLE.items() if why_automatic(tree.parse(raw))] == ["the postmaster himself"]


def test_an_answering_machine_is_no_bounce() -> None:
    raw = mail(
        "Automatic reply: Order 77",
        "I am away. Your message was not delivered to me.",
        "Return-Path: <>",
        sender=SENDER,
    )
    assert bounces(raw) == []
    assert why_automatic(tree.parse(raw)) == "return-path: empty"


def multipart(kind: str, part: str, content: str) -> bytes:
    """A report of some kind."""
    body = f"--x\nContent-Type: text/plain\n\nA report.\n--x\nContent-Type: {part}\n\n{content}\n--x--\n"
    return mail("A report", body, f'Content-Type: multipart/report; report-type={kind}; boundary="x"')


REPORTS = {
    "complaint": multipart("feedback-report", "message/feedback-report", "Feedback-Type: abuse\nVersion: 1\n"),
    "receipt": multipart(
        "disposition-notification",
        "message/disposition-notification",
        "Final-Recipient: rfc822; ann@firma.ee\nDisposition: manual-action/MDN-sent-manually; displayed\n",
    ),
    "arrived": report(
        "smtp; 250 2.0.0 Ok", action="delivered", status="2.0.0", subject="Successful Mail Delivery Report"
    ),
    "passed on": report("", action="relayed", status="2.0.0"),
    "dmarc": mail(
        "Report domain: kaup.ee Submitter: google.com Report-ID: 1", "", sender="noreply-dmarc-support@google.com"
    ),
}


@pytest.mark.parametrize("raw", REPORTS.values(), ids=REPORTS.keys())
def test_reports_are_no_failures(raw: bytes) -> None:
    letter = tree.parse(raw)
    assert is_report(letter)
    assert bounces(raw) == []
    assert why_automatic(letter) is not None


def test_the_reasons_of_reports() -> None:
    assert why_automatic(tree.parse(REPORTS["complaint"])) == "report: complaint"
    assert why_automatic(tree.parse(REPORTS["receipt"])) == "report: read receipt"
    assert why_automatic(tree.parse(REPORTS["arrived"])) == "report: delivery"


@pytest.mark.parametrize("at", range(0, 1_400, 25))
def test_a_bounce_cut_anywhere_harms_nothing(at: int) -> None:
    raw = report("smtp; 550 5.1.1 User unknown")[:at]
    for found in bounces(raw):
        assert found.letter_id in (None, OURS)


@given(st.text(max_size=400), st.text(max_size=60))
def test_no_text_is_too_odd(text: str, subject: str) -> None:
    raw = mail(subject.replace("\n", " ").replace("\r", " "), text, "Return-Path: <>")
    for found in bounces(raw):
        assert len(found.why) <= 300


LONG = {
    "recipients": "".join(f"  person{number}@firma.ee\n    550 5.1.1 User unknown\n" for number in range(5_000)),
    "fields": "Final-Recipient: rfc822; ann@firma.ee\n\n" * 5_000,
    "other fields": "".join(f"Final-Recipient: rfc822; p{number}@firma.ee\n\n" for number in range(5_000)),
    "letters": "a" * 200_000,
    "dots": "a." * 100_000,
    "spaces": " " * 200_000,
    "lines": "\n" * 200_000,
    "addresses": "ann@firma.ee " * 20_000,
    "openings": "delivery to " * 20_000,
    "ids": "Message-ID: <" * 20_000,
}


@pytest.mark.parametrize("text", LONG.values(), ids=LONG.keys())
def test_a_long_bounce_is_read_in_time(text: str) -> None:
    header = text[:9_000].replace("\n", " ")
    raws = (
        exim(text),
        mail("Undelivered Mail", text),
        mail(header, text, f"X-Failed-Recipients: {header}", sender=header),
    )
    started = time.process_time()
    for raw in raws:
        assert len(bounces(raw)) <= 100
    assert time.process_time() - started < 3
