"""What an invitation says (iCalendar, RFC 5545): its title, time and place, without the rest."""

from __future__ import annotations

import re

_LONGEST = 400_000
_FOLD = re.compile(r"\n[ \t]")
_LINE = re.compile(
    r"(?:^|\n)(SUMMARY|DTSTART|DTEND|LOCATION|DESCRIPTION)((?:;[^;:\n\"]*(?:\"[^\"\n]*\"[^;:\n\"]*)*)*):([^\n]*)"
)
_TIME = re.compile(r"(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d))?")
_ZONE = re.compile(r"TZID=\"?([^;\":]+)")
_ESCAPED = re.compile(r"\\([\\;,nN])")


def told(calendar: str) -> str:
    """The first event in a few lines, without words of our own; empty when it tells nothing."""
    event = _FOLD.sub("", calendar[:_LONGEST]).partition("BEGIN:VEVENT")[2].partition("END:VEVENT")[0]
    said: dict[str, tuple[str, str]] = {}
    for name, parameters, value in _LINE.findall(event):
        said.setdefault(name, (parameters, _ESCAPED.sub(_meant, value).strip()))
    begin, end = _when(*said.get("DTSTART", ("", ""))), _when(*said.get("DTEND", ("", "")))
    if end[:10] == begin[:10]:
        end = end[11:]
    times = " – ".join(part for part in (begin, end) if part)
    zone = _zone(*said.get("DTSTART", ("", "")))
    lines = (
        said.get("SUMMARY", ("", ""))[1],
        f"{times} ({zone})" if times and zone else times,
        said.get("LOCATION", ("", ""))[1],
        said.get("DESCRIPTION", ("", ""))[1],
    )
    return "\n".join(line for line in lines if line)


def _meant(found: re.Match[str]) -> str:
    return "\n" if found[1] in "nN" else found[1]


def _when(_parameters: str, value: str) -> str:
    if (found := _TIME.match(value)) is None:
        return ""
    day = f"{found[1]}-{found[2]}-{found[3]}"
    return f"{day} {found[4]}:{found[5]}" if found[4] else day


def _zone(parameters: str, value: str) -> str:
    if found := _ZONE.search(parameters):
        return found[1]
    return "UTC" if value.endswith("Z") else ""
