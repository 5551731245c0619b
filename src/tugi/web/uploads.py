"""Files coming in and going out: bounded, kept by hash, never run in anybody's browser."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response

from tugi.core import secrets
from tugi.core.database import Database
from tugi.core.errors import Invalid, NotFound, NotSignedIn
from tugi.core.files import Files
from tugi.desk.cases import attachments, pictures
from tugi.desk.cases.attachments import IMAGES, LIMIT, Attachment
from tugi.desk.cases.transcript import Message
from tugi.web import visitors, wire


async def store(request: Request, database: Database, files: Files, workspace_id: int, uploaded_by: str) -> Attachment:
    """Keep the body as a file. Raises TooLarge over 20 MB, Invalid when empty."""
    content = await wire.body_of(request, LIMIT)
    if not content:
        raise Invalid("The file is empty.")
    claimed = attachments.tidy_type(request.headers.get("content-type", ""))
    content, media_type, dimensions = await asyncio.to_thread(pictures.inspected, content, claimed)
    digest = await files.put(workspace_id, content)
    async with database.transaction(workspace_id) as tx:
        return await attachments.add(
            tx,
            hash=digest,
            name=request.query_params.get("name", "file")[:1000],
            media_type=media_type,
            size=len(content),
            dimensions=dimensions,
            uploaded_by=uploaded_by,
        )


def with_url(attachment: Attachment, url: str) -> Attachment:
    """The attachment with the link its viewer may use."""
    return replace(attachment, url=url)


def workspace_of_link(secret: str, token: str, attachment_id: int) -> int:
    """The workspace a signed link belongs to. Raises NotFound for a false or expired one."""
    try:
        claims = secrets.verify(secret, visitors.FILE, token)
    except NotSignedIn as error:
        raise NotFound("There is no such file.") from error
    workspace_id = claims.get("w")
    if claims.get("f") != attachment_id or not isinstance(workspace_id, int):
        raise NotFound("There is no such file.")
    return workspace_id


async def send(database: Database, files: Files, workspace_id: int, attachment_id: int) -> Response:
    """The file as a response that no browser runs. Raises NotFound."""
    async with database.reading(workspace_id) as tx:
        stored = await attachments.get_stored(tx, attachment_id)
    content = await files.get(workspace_id, stored.hash)
    shown = stored.attachment.media_type in IMAGES
    how = "inline" if shown else "attachment"
    headers = {
        "content-disposition": f"{how}; filename*=UTF-8''{quote(stored.attachment.name)}",
        "x-content-type-options": "nosniff",
        "content-security-policy": "sandbox; default-src 'none'",
        "cache-control": "private, max-age=604800, immutable",
        "cross-origin-resource-policy": "same-origin",
    }
    media_type = stored.attachment.media_type if shown else "application/octet-stream"
    return Response(content, media_type=media_type, headers=headers)


def linked(message: Message) -> Message:
    """A message with its files' links as agents use them."""
    if not message.attachments:
        return message
    files = [replace(a, url=f"/api/attachments/{a.id}") for a in message.attachments]
    return replace(message, attachments=files)
