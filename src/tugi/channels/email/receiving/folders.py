"""How far each folder of a mailbox has been read, and what comes next. Values in, values out.

A mail's name on its server is folder, UIDVALIDITY and UID (RFC 3501 2.3.1.1): UIDs only grow, until the server numbers
the folder anew and says so by another UIDVALIDITY.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from tugi.channels.email.receiving.imap import Folder

# A batch is stored with one commit.
BATCH_MAILS = 50
BATCH_BYTES = 16 << 20
# A mail over this comes in parts and makes a batch of its own.
BIG = 4 << 20
LARGEST = 110_000_000
# How often a mail that the server will not give is asked for again.
TRIES = 24
# More than this is not remembered one by one.
MOST_LEFT = 200

# Folders of sent mail on servers that do not flag them (RFC 6154), as mail programs name them.
_SENT = """
sent|sent mail|sent items|sent messages|sent-mail|sentmail
saadetud|saadetud kirjad|saadetud üksused|saadetud meilid
lähetetyt|lähetetyt viestit|lähetetyt kohteet
wysłane|wyslane|elementy wysłane|wysłana poczta
отправленные|исходящие
gesendet|gesendete|gesendete objekte|gesendete elemente|gesendete nachrichten
skickat|skickade|skickade objekt|skickade meddelanden
sendt|sendte|sendte elementer|sendt post
nosūtītie|nosūtītās|nosūtīts|nosūtītie vienumi|nosūtītās vēstules
išsiųsta|išsiųsti|išsiųstieji|išsiųsti laiškai|išsiųsti elementai
envoyés|messages envoyés|éléments envoyés|envoyé
enviados|elementos enviados|mensajes enviados|correo enviado|itens enviados|mensagens enviadas
inviata|posta inviata|inviati|elementi inviati
verzonden|verzonden items|verzonden berichten
odeslaná pošta|odeslané|odeslaná|odoslaná pošta|odoslané|poslano|poslane stavke
elküldött|elküldött elemek|elküldött üzenetek
надіслані|відправлені|изпратени|απεσταλμένα|gönderilmiş öğeler|gönderilenler|trimise|elemente trimise
已发送|已发送邮件|送信済み|送信済みアイテム
"""
SENT_NAMES = frozenset(name.strip() for line in _SENT.split("\n") for name in line.split("|")) - {""}
_MESSAGE_ID = re.compile(rb"<([^<>\s]+)>")


@dataclass(frozen=True, slots=True)
class Left:
    """A mail that the server would not give. said: why, in a sentence."""

    uid: int
    said: str
    tries: int = 1
    history: bool = False


@dataclass(frozen=True, slots=True)
class Cursor:
    """How far one folder has been read (the columns of `folder_cursors`).

    New mail is read upwards from last_uid, history downwards from backfill_uid (None: there is none left).
    """

    folder: str
    uid_validity: int
    last_uid: int
    opened_at: datetime
    settled_uid: int = 0
    anew_uid: int = 0
    history_since: datetime | None = None
    backfill_uid: int | None = None
    backfill_left: int = 0
    backfill_done: int = 0
    left_behind: tuple[Left, ...] = ()


def source_of(cursor: Cursor, uid: int) -> str:
    """A delivery's source: the mail's name on its server."""
    name = cursor.folder if len(cursor.folder) <= 200 else hashlib.sha256(cursor.folder.encode()).hexdigest()
    return f"imap:{name}:{cursor.uid_validity}:{uid}"


def first_seen(folder: str, validity: int, next_uid: int, now: datetime) -> Cursor:
    """A folder nobody has read before: new is what comes from now on."""
    return Cursor(folder, validity, next_uid - 1, opened_at=now, settled_uid=next_uid - 1)


def numbered_anew(cursor: Cursor, validity: int, next_uid: int) -> Cursor:
    """The server gave the folder new numbers: all is looked through again, and what is known is passed over."""
    return replace(
        cursor,
        uid_validity=validity,
        last_uid=0,
        settled_uid=0,
        anew_uid=next_uid - 1,
        # What was left of the history, or behind, is found again among the new numbers.
        backfill_uid=next_uid if cursor.history_since is not None else None,
        backfill_left=0,
        backfill_done=0,
        left_behind=(),
    )


def matched(cursor: Cursor | None, folder: str, validity: int, next_uid: int, now: datetime) -> Cursor:
    """The cursor that fits what the server says of the folder."""
    if cursor is None:
        return first_seen(folder, validity, next_uid, now)
    if cursor.uid_validity != validity:
        return numbered_anew(cursor, validity, next_uid)
    return cursor


def reaching_back(cursor: Cursor, days: int) -> Cursor:
    """The same, with history of so many days before the mailbox was connected still to read."""
    since = cursor.opened_at - timedelta(days=days)
    if days <= 0 or (cursor.history_since is not None and cursor.history_since <= since):
        return cursor
    return replace(cursor, history_since=since, backfill_uid=cursor.last_uid + 1, backfill_left=0, backfill_done=0)


def looked_through(cursor: Cursor, uids: Sequence[int]) -> Cursor:
    """New mails up to the last of these are stored, known or left behind."""
    return replace(cursor, last_uid=max([cursor.last_uid, *uids]))


def history_read(cursor: Cursor, uids: Sequence[int], left: int, stored: int) -> Cursor:
    """A piece of history down to the first of these is stored; `left` mails remain."""
    lowest = min([cursor.backfill_uid or 1, *uids])
    return replace(
        cursor,
        backfill_uid=lowest if left else None,
        backfill_left=left,
        backfill_done=cursor.backfill_done + stored,
    )


def leaving(cursor: Cursor, uid: int, said: str, *, history: bool = False) -> Cursor:
    """The server would not give this mail; it is noted, and asked for again later."""
    tries = next((one.tries for one in cursor.left_behind if one.uid == uid), 0)
    others = [one for one in cursor.left_behind if one.uid != uid]
    return replace(cursor, left_behind=tuple([*others, Left(uid, said[:300], tries + 1, history)][-MOST_LEFT:]))


def fetched_after_all(cursor: Cursor, uids: Iterable[int]) -> Cursor:
    """These are left behind no longer."""
    gone = set(uids)
    return replace(cursor, left_behind=tuple(one for one in cursor.left_behind if one.uid not in gone))


def batch_of(uids: Sequence[int], sizes: Mapping[int, int]) -> list[int]:
    """The first of these mails that make a batch; those without a size are gone and cost nothing."""
    taken: list[int] = []
    total = 0
    for uid in uids[:BATCH_MAILS]:
        total += sizes.get(uid, 0)
        if taken and total > BATCH_BYTES:
            break
        taken.append(uid)
    return taken


def sent_folder(folders: Sequence[Folder]) -> str | None:
    """The folder of sent mail: by its flag (RFC 6154), else by its name in any of many languages."""
    for one in folders:
        if "\\sent" in one.flags:
            return one.name
    named = [one.name for one in folders if _plain(one.name) in SENT_NAMES]
    return min(named, key=len) if named else None


def _plain(name: str) -> str:
    """The last part of a folder's name, whatever separates it from the others."""
    return re.split(r"[/.\\]", name.strip().lower())[-1].strip()


def message_id_of(header: bytes) -> str | None:
    """The Message-ID in a header field, without brackets; None for one that is missing or odd."""
    found = _MESSAGE_ID.search(re.sub(rb"\r?\n[ \t]*", b"", header))
    return found[1].decode("ascii", "replace") if found else None
