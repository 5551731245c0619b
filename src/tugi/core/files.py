"""Files by their SHA-256: in a folder, or in S3-compatible storage for several machines."""

from __future__ import annotations

import asyncio
import hashlib
import os
import tempfile
from collections.abc import Awaitable
from importlib import import_module
from pathlib import Path
from typing import Any, Protocol

from tugi.core.errors import NotFound, Unavailable


class Files(Protocol):
    """Where bytes are kept. Putting the same bytes twice keeps them once."""

    def put(self, workspace_id: int, content: bytes) -> Awaitable[str]:
        """Keep the bytes; returns their SHA-256 in hex once they are safe."""
        ...

    def get(self, workspace_id: int, digest: str) -> Awaitable[bytes]:
        """The bytes. Raises NotFound, Unavailable."""
        ...


def digest_of(content: bytes) -> str:
    """SHA-256 in hex."""
    return hashlib.sha256(content).hexdigest()


class Folder:
    """Files on disk: ROOT/WORKSPACE/ab/abcdef... A half-written file never has its final name."""

    def __init__(self, root: Path) -> None:
        self._root = root

    async def put(self, workspace_id: int, content: bytes) -> str:
        """See Files."""
        return await asyncio.to_thread(self._put, workspace_id, content)

    async def get(self, workspace_id: int, digest: str) -> bytes:
        """See Files."""
        try:
            return await asyncio.to_thread(self._path(workspace_id, digest).read_bytes)
        except FileNotFoundError as error:
            raise NotFound("There is no such file.") from error

    def _path(self, workspace_id: int, digest: str) -> Path:
        return self._root / str(int(workspace_id)) / digest[:2] / digest

    def _put(self, workspace_id: int, content: bytes) -> str:
        digest = digest_of(content)
        path = self._path(workspace_id, digest)
        if path.exists():
            return digest
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as part:
                part.write(content)
                part.flush()
                os.fsync(part.fileno())
            os.replace(part.name, path)
        except OSError as error:
            raise Unavailable("The file could not be stored. Try again in a moment.", retry_after=10) from error
        return digest


class Bucket:
    """Files in an S3-compatible bucket, under WORKSPACE/DIGEST."""

    def __init__(self, name: str, endpoint: str | None = None) -> None:
        self._name = name
        # Its client takes a fifth of our start, and most shops keep their files in a folder.
        self._client: Any = import_module("boto3").client("s3", endpoint_url=endpoint)
        self._errors: Any = import_module("botocore.exceptions")

    async def put(self, workspace_id: int, content: bytes) -> str:
        """See Files."""
        digest = digest_of(content)
        await self._call(self._client.put_object, Bucket=self._name, Key=f"{workspace_id:d}/{digest}", Body=content)
        return digest

    async def get(self, workspace_id: int, digest: str) -> bytes:
        """See Files."""
        found = await self._call(self._client.get_object, Bucket=self._name, Key=f"{workspace_id:d}/{digest}")
        return await asyncio.to_thread(found["Body"].read)

    async def _call(self, act: Any, **values: Any) -> Any:
        try:
            return await asyncio.to_thread(act, **values)
        except self._errors.ClientError as error:
            if error.response.get("Error", {}).get("Code") in ("NoSuchKey", "404"):
                raise NotFound("There is no such file.") from error
            raise Unavailable("The file storage refused. Try again in a moment.", retry_after=10) from error
        except self._errors.BotoCoreError as error:
            raise Unavailable("The file storage does not answer.", retry_after=10) from error
