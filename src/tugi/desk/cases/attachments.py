"""Attachments: files said along with a message. Bytes are kept by their hash (core/files.py)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from tugi.core import clock
from tugi.core.database import Transaction
from tugi.core.errors import Invalid, NotFound

LIMIT = 20 * 1024 * 1024
# What a browser may show in place; anything else is only ever downloaded.
IMAGES = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})
MEDIA_TYPE = re.compile(r"[a-z0-9][a-z0-9!#$&^_.+-]{0,60}/[a-z0-9][a-z0-9!#$&^_.+-]{0,100}")


@dataclass(frozen=True, slots=True)
class Attachment:
    """`url` is set for the viewer who gets it; width and height in pixels for images."""

    id: int
    name: str
    media_type: str
    size: int
    width: int | None
    height: int | None
    url: str = ""


@dataclass(frozen=True, slots=True)
class Stored:
    """An attachment with where its bytes are and which message it belongs to, if any yet."""

    attachment: Attachment
    hash: str
    uploaded_by: str
    message_id: int | None
    case_id: int | None


@dataclass(frozen=True, slots=True)
class Kept:
    """A file whose bytes are kept already. content_id: by which a letter's HTML shows it; dimensions in pixels."""

    hash: str
    name: str
    media_type: str
    size: int
    dimensions: tuple[int, int] | None = None
    content_id: str | None = None


def tidy_name(name: str) -> str:
    """A file name that is safe to show and to save: no folders, no control or direction characters."""
    name = unicodedata.normalize("NFC", name.encode("utf-8", "ignore").decode())
    name = "".join(c for c in name if unicodedata.category(c)[0] != "C")
    name = re.split(r"[/\\]", name)[-1].strip().strip(".")
    return name[-120:] or "file"


def tidy_type(media_type: str) -> str:
    """A well-formed media type in lower case, else application/octet-stream."""
    bare = media_type.split(";")[0].strip().lower()
    return bare if MEDIA_TYPE.fullmatch(bare) else "application/octet-stream"


async def add(
    tx: Transaction,
    *,
    hash: str,
    name: str,
    media_type: str,
    size: int,
    dimensions: tuple[int, int] | None,
    uploaded_by: str,
) -> Attachment:
    """Record an uploaded file, not yet part of any message."""
    width, height = dimensions or (None, None)
    attachment_id = await tx.fetchval(
        "insert into attachments (workspace_id, hash, name, media_type, size, width, height, uploaded_by, created_at) "
        "values ($1, $2, $3, $4, $5, $6, $7, $8, $9) returning id",
        tx.workspace_id,
        hash,
        tidy_name(name),
        tidy_type(media_type),
        size,
        width,
        height,
        uploaded_by,
        clock.now(),
    )
    return Attachment(attachment_id, tidy_name(name), tidy_type(media_type), size, width, height)


async def add_all(tx: Transaction, message_id: int, kept: Sequence[Kept], uploaded_by: str) -> None:
    """Record files that came with a message, in their order."""
    if not kept:
        return
    await tx.execute(
        "insert into attachments (workspace_id, message_id, uploaded_by, created_at, hash, name, media_type, size, "
        "width, height, content_id) select $1, $2, $3, $4, f.* from unnest($5::text[], $6::text[], $7::text[], "
        "$8::bigint[], $9::int[], $10::int[], $11::text[]) as f(hash, name, type, size, width, height, content_id)",
        tx.workspace_id,
        message_id,
        uploaded_by,
        clock.now(),
        [one.hash for one in kept],
        [tidy_name(one.name) for one in kept],
        [tidy_type(one.media_type) for one in kept],
        [one.size for one in kept],
        [one.dimensions[0] if one.dimensions else None for one in kept],
        [one.dimensions[1] if one.dimensions else None for one in kept],
        [one.content_id for one in kept],
    )


async def record(tx: Transaction, kept: Kept, uploaded_by: str) -> int:
    """Record a kept file as an upload, not yet part of any message; its id."""
    added = await add(
        tx,
        hash=kept.hash,
        name=kept.name,
        media_type=kept.media_type,
        size=kept.size,
        dimensions=kept.dimensions,
        uploaded_by=uploaded_by,
    )
    return added.id


async def attach(tx: Transaction, attachment_ids: Sequence[int], message_id: int, uploaded_by: str) -> None:
    """Make uploads part of a message. Raises Invalid when one is not the sender's own or is used already."""
    ids = sorted(set(attachment_ids))
    if not ids:
        return
    tag = await tx.execute(
        "update attachments set message_id = $3 where workspace_id = $1 and id = any($2::bigint[]) "
        "and uploaded_by = $4 and message_id is null",
        tx.workspace_id,
        ids,
        message_id,
        uploaded_by,
    )
    if tag != f"UPDATE {len(ids)}":
        raise Invalid("An attachment was not found. Upload it again.", fields={"attachments": "not found"})


async def detach(tx: Transaction, message_id: int, uploaded_by: str) -> list[Attachment]:
    """Make a message's files uploads of `uploaded_by` again, to be said along with another one."""
    files = await of_message(tx, message_id)
    await tx.execute(
        "update attachments set message_id = null, uploaded_by = $3 where workspace_id = $1 and message_id = $2",
        tx.workspace_id,
        message_id,
        uploaded_by,
    )
    return files


async def stored_of(tx: Transaction, message_ids: Sequence[int]) -> list[Stored]:
    """The files of these messages with where their bytes are, in order."""
    rows = await tx.fetch(
        "select id from attachments where workspace_id = $1 and message_id = any($2::bigint[]) order by message_id, id",
        tx.workspace_id,
        list(message_ids),
    )
    return [await get_stored(tx, row["id"]) for row in rows]


async def get_stored(tx: Transaction, attachment_id: int) -> Stored:
    """Raises NotFound."""
    row = await tx.fetchrow(
        "select a.id, a.name, a.media_type, a.size, a.width, a.height, a.hash, a.uploaded_by, a.message_id, m.case_id "
        "from attachments a left join messages m on m.workspace_id = a.workspace_id and m.id = a.message_id "
        "where a.workspace_id = $1 and a.id = $2",
        tx.workspace_id,
        attachment_id,
    )
    if row is None:
        raise NotFound("There is no such file.")
    shown = Attachment(row["id"], row["name"], row["media_type"], row["size"], row["width"], row["height"])
    return Stored(shown, row["hash"], row["uploaded_by"], row["message_id"], row["case_id"])


async def of_message(tx: Transaction, message_id: int) -> list[Attachment]:
    """A message's files, in the order in which they were uploaded."""
    rows = await tx.fetch(
        "select id, name, media_type, size, width, height from attachments "
        "where workspace_id = $1 and message_id = $2 order by id",
        tx.workspace_id,
        message_id,
    )
    return [Attachment(**dict(row)) for row in rows]
