"""`tugi eval` on the shop of the robot's tests: formats, cross-fitting and what it refuses."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from robot.cast import SHOP
from tugi.evaluation import run_eval

MESSAGES = (
    ("m1", "where's my parcel now", "tracking"),
    ("m2", "kaua tarne aega votab", "delivery_time"),
    ("m3", "what is the capital of mongolia", None),
    ("m4", "please cancel it", "cancel"),
    ("m5", "arve firmale", "invoice"),
    ("m6", "kes võitis jalgpalli", None),
)


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    kb, messages = tmp_path / "kb.jsonl", tmp_path / "messages.jsonl"
    rows = [{"id": e.id, "title": "x", "examples": [t for ts in e.examples.values() for t in ts]} for e in SHOP]
    kb.write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")
    lines = [json.dumps({"id": i, "text": text, "gold": gold}) for i, text, gold in MESSAGES]
    messages.write_text("\n".join(lines), encoding="utf-8")
    return kb, messages


def read(path: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_every_message_gets_one_line_in_the_scorers_format(files: tuple[Path, Path], tmp_path: Path) -> None:
    out = tmp_path / "pred.jsonl"
    summary = run_eval(*files, None, None, 0.95, out, None)
    rows = read(out)
    assert [row["id"] for row in rows] == [message[0] for message in MESSAGES]
    for row in rows:
        assert 0.0 <= row["confidence"] <= 1.0
        assert (row["entry"] is not None) == row["answered"]
        assert row["entry"] in (None, row["candidate"])
        assert row["ms"] > 0
    assert summary["answered"] == sum(bool(row["answered"]) for row in rows)
    assert {row["id"]: row["candidate"] for row in rows}["m1"] == "tracking"


def test_unanswerable_messages_are_less_certain(files: tuple[Path, Path], tmp_path: Path) -> None:
    out = tmp_path / "pred.jsonl"
    run_eval(*files, None, None, 0.95, out, None)
    sure = {row["id"]: row["confidence"] for row in read(out)}
    assert max(sure["m3"], sure["m6"]) < min(sure["m1"], sure["m2"], sure["m4"])


def test_labelled_messages_are_judged_by_others(files: tuple[Path, Path], tmp_path: Path) -> None:
    out, dev_out = tmp_path / "pred.jsonl", tmp_path / "dev.jsonl"
    run_eval(files[0], files[1], files[1], 2, 0.95, out, dev_out)
    assert [row["id"] for row in read(dev_out)] == [message[0] for message in MESSAGES]
    assert read(dev_out) != read(out)


def test_a_bad_line_is_named(files: tuple[Path, Path], tmp_path: Path) -> None:
    files[1].write_text('{"id": "a", "text": "x"}\nnonsense\n', encoding="utf-8")
    with pytest.raises(ValueError, match=r"messages\.jsonl, line 2"):
        run_eval(*files, None, None, 0.95, tmp_path / "out", None)


def test_one_entry_is_too_little(files: tuple[Path, Path], tmp_path: Path) -> None:
    files[0].write_text('{"id": "a", "examples": ["x"]}', encoding="utf-8")
    with pytest.raises(ValueError, match="two entries"):
        run_eval(*files, None, None, 0.95, tmp_path / "out", None)


def test_what_was_judged_is_not_judged_by_itself(files: tuple[Path, Path], tmp_path: Path) -> None:
    """Enough messages to be parted: one label turned round changes neither its own line nor its own cut."""
    words = ("please", "palun", "asap")
    many = [(f"{i}-{word}", f"{text} {word}", gold) for word in words for i, text, gold in MESSAGES]
    turned = [(i, text, "cancel" if n == 0 else gold) for n, (i, text, gold) in enumerate(many)]
    lines: list[dict[str, object]] = []
    for rows in (many, turned):
        dev, dev_out = tmp_path / "dev.jsonl", tmp_path / "dev_out.jsonl"
        dev.write_text("\n".join(json.dumps({"id": i, "text": t, "gold": g}) for i, t, g in rows), encoding="utf-8")
        run_eval(*files, dev, None, 0.95, tmp_path / "pred.jsonl", dev_out)
        lines.append(read(dev_out)[0])
        assert len(read(dev_out)) == len(many)
    assert lines[0] == lines[1]


def test_no_message_is_said_so(files: tuple[Path, Path], tmp_path: Path) -> None:
    files[1].write_text("", encoding="utf-8")
    with pytest.raises(ValueError, match="no messages"):
        run_eval(*files, None, None, 0.95, tmp_path / "out", None)
