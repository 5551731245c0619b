"""What each workspace setting may be. Every check returns the tidied value and notes problems by field."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from tugi.desk.people.checks import Checks, Language

_ACCENT = re.compile(r"#[0-9a-f]{6}")
_TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d|24:00")
_HOST = re.compile(r"(?=.{1,253}$)[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*")
_LOCAL = ("localhost", "127.0.0.1")

Span = tuple[str, str]


def timezone(checks: Checks, name: str) -> str:
    """A name of the IANA time zone database."""
    try:
        ZoneInfo(name)
    except (ValueError, OSError, KeyError):
        checks.problem("timezone", "There is no such time zone. Choose one such as Europe/Tallinn.")
    return name


def languages(checks: Checks, chosen: Sequence[Language]) -> list[Language]:
    """At least one language; the first is the main one."""
    if not chosen:
        checks.problem("languages", "Choose at least one language.")
    return list(dict.fromkeys(chosen))


def days(checks: Checks, chosen: Mapping[str, Sequence[Span]]) -> dict[str, list[Span]]:
    """Opening hours by weekday, sorted; spans of a day may not overlap."""
    tidy: dict[str, list[Span]] = {}
    for day, spans in chosen.items():
        field = f"hours.days.{day}"
        if day not in ("0", "1", "2", "3", "4", "5", "6"):
            checks.problem("hours.days", "Days are numbered 0 (Monday) to 6 (Sunday).")
            continue
        ordered = sorted((start, end) for start, end in spans)
        if any(not _TIME.fullmatch(time) for span in ordered for time in span):
            checks.problem(field, "Write times as 09:00, at most 24:00.")
        elif any(start >= end for start, end in ordered):
            checks.problem(field, "Closing time must come after opening time.")
        elif any(later[0] < earlier[1] for earlier, later in zip(ordered, ordered[1:], strict=False)):
            checks.problem(field, "The hours overlap. Join them into one span.")
        if len(ordered) > 6:
            checks.problem(field, "At most 6 spans a day.")
        if ordered:
            tidy[day] = ordered
    return dict(sorted(tidy.items()))


def holidays(checks: Checks, chosen: Sequence[str]) -> list[str]:
    """ISO dates, sorted, each once."""
    for text in chosen:
        try:
            if date.fromisoformat(text).isoformat() != text:
                raise ValueError
        except ValueError:
            checks.problem("hours.holidays", "Write holidays as 2026-12-24.")
    if len(chosen) > 366:
        checks.problem("hours.holidays", "At most 366 holidays.")
    return sorted(set(chosen))


def accent(checks: Checks, colour: str) -> str:
    """A colour "#rrggbb" in small letters."""
    tidy = colour.strip().lower()
    if not _ACCENT.fullmatch(tidy):
        checks.problem("widget.accent", "Write the colour as #2f6f5e.")
    return tidy


def greeting(checks: Checks, texts: Mapping[Language, str]) -> dict[Language, str]:
    """A greeting by language; an empty one is left out."""
    tidy: dict[Language, str] = {
        language: checks.text(f"widget.greeting.{language}", text, 300, required=False)
        for language, text in texts.items()
    }
    return {language: text for language, text in tidy.items() if text}


def origins(checks: Checks, chosen: Sequence[str]) -> list[str]:
    """Web origins "https://shop.example" (http only for this machine), without path, each once."""
    field = "widget.allowed_origins"
    if len(chosen) > 50:
        checks.problem(field, "At most 50 addresses.")
    tidy = [_origin(checks, field, text) for text in chosen if text.strip()]
    return list(dict.fromkeys(tidy))


def _origin(checks: Checks, field: str, text: str) -> str:
    text = text.strip().lower().rstrip("/")
    if "://" not in text:
        text = f"https://{text}"
    try:
        parts = urlsplit(text)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        host, port, parts = "", None, urlsplit("")
    secure = parts.scheme == "https" or (parts.scheme == "http" and host in _LOCAL)
    own = f"{parts.scheme}://{host}" + (f":{port}" if port else "")
    if not secure or not _HOST.fullmatch(host) or own != text:
        checks.problem(field, f"{text[:80]} is not a shop's address. Write it as https://shop.example.")
    return own
