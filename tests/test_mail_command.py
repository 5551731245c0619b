"""`tugi mail read`: a JSON line a file, without a database."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from channels.email.written import HELLO, TEXT, attached, mail, part, several

FIELDS = {
    *(
        "file",
        "from_email",
        "from_name",
        "to",
        "subject",
        "date",
        "message_id",
        "references",
        "new_text",
        "quoted_text",
    ),
    *("html", "attachments", "automatic", "automatic_why", "bounce", "language"),
}


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """The command in a process of its own, whose database and home cannot be."""
    environment = os.environ | {
        "TUGI_DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none",
        "TUGI_HOME": str(folder / "home"),
        "TUGI_ENGINE": "onnx:/nowhere",
    }
    program = "import sys; from tugi.cli import main; sys.argv[0] = 'tugi'; main()"
    command = [sys.executable, "-c", program, "mail", "read", *arguments]
    return subprocess.run(command, capture_output=True, text=True, env=environment, check=False)


def test_a_line_each_in_order(tmp_path: Path) -> None:
    quote = "On Mon, 2 Mar 2026 at 09:00, Shop <info@shop.example> wrote:\r\n> Hello Mari\r\n"
    bounce = several(
        b'report; report-type="delivery-status"',
        [
            part(TEXT, b"It did not arrive."),
            part(
                b"Content-Type: message/delivery-status\r\n",
                b"Reporting-MTA: dns; x\r\n\r\nFinal-Recipient: rfc822; gone@example.com\r\n"
                b"Action: failed\r\nStatus: 5.1.1\r\n",
            ),
            part(b"Content-Type: message/rfc822\r\n", b"Message-ID: <1.2.abc@shop.example>\r\n\r\n"),
        ],
    )
    mails = {
        "plain.eml": mail(TEXT, HELLO + b"\r\n" + quote.encode()),
        "file.eml": attached(b"a.pdf", b"%PDF", b"application/pdf"),
        "bounce.eml": bounce,
        "empty.eml": b"",
    }
    for name, raw in mails.items():
        (tmp_path / name).write_bytes(raw)
    paths = [str(tmp_path / name) for name in [*mails, "missing.eml"]]
    ran = run(tmp_path, "--json", *paths)
    lines = [json.loads(line) for line in ran.stdout.splitlines()]
    assert [line["file"] for line in lines] == paths
    assert ran.returncode == 1
    plain, file, bounced, *unread = lines
    assert all(set(line) == FIELDS for line in (plain, file, bounced))
    assert all(set(line) == {"file", "error"} for line in unread)
    assert (plain["from_email"], plain["from_name"]) == ("mari@example.com", "Mari Maasikas")
    assert (plain["date"], plain["language"]) == ("2026-03-02T08:00:00+00:00", "en")
    assert plain["new_text"] == "Hello, where is my parcel?"
    assert "Hello Mari" in plain["quoted_text"]
    assert (plain["automatic"], plain["automatic_why"], plain["bounce"]) == (False, None, None)
    assert file["attachments"] == [{"name": "a.pdf", "media_type": "application/pdf", "size": 4}]
    assert bounced["automatic"]
    assert bounced["bounce"] == {
        "message_id": "1.2.abc@shop.example",
        "recipient": "gone@example.com",
        "permanent": True,
    }
    assert not (tmp_path / "home").exists()


def test_a_page_to_read(tmp_path: Path) -> None:
    (tmp_path / "a.eml").write_bytes(attached(b"a.pdf", b"%PDF", b"application/pdf"))
    ran = run(tmp_path, str(tmp_path / "a.eml"))
    assert ran.returncode == 0
    for said in (
        "Mari Maasikas <mari@example.com>",
        "Where is my parcel",
        "a.pdf (application/pdf, 4 bytes)",
        "Hello,",
    ):
        assert said in ran.stdout
