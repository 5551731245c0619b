"""Texts by language: JSON files with one text a key, plural forms by CLDR as `key_one`, `key_few`, `key_many`."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from importlib import resources
from zoneinfo import ZoneInfo

import msgspec
from babel import Locale
from babel.dates import format_datetime, format_time

LANGUAGES = ("en", "et", "fi", "pl")


@cache
def _texts(language: str) -> dict[str, str]:
    path = resources.files("tugi.locales") / "server" / f"{language}.json"
    return msgspec.json.decode(path.read_bytes(), type=dict[str, str])


@cache
def _locale(language: str) -> Locale:
    return Locale(language)


def text(language: str, key: str, *, count: int | None = None, **values: object) -> str:
    """The text of a key with {name} filled in; an unknown language speaks English. Raises KeyError for the key."""
    known = language if language in LANGUAGES else "en"
    if count is not None:
        key = f"{key}_{_locale(known).plural_form(count)}"
        values["count"] = count
    found = _texts(known)[key]
    for name, value in values.items():
        found = found.replace("{" + name + "}", str(value))
    return found


def weekday_and_time(language: str, at: datetime, zone: ZoneInfo, now: datetime) -> str:
    """A coming moment as people say it: "09:00" today, otherwise "Monday 09:00"."""
    locale = _locale(language if language in LANGUAGES else "en")
    local = at.astimezone(zone)
    if local.date() == now.astimezone(zone).date():
        return format_time(local, "HH:mm", locale=locale)
    return format_datetime(local, "EEEE HH:mm", locale=locale)
