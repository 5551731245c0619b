"""The workspace's settings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Request

from tugi.desk.people import workspaces
from tugi.desk.people.workspaces import Workspace, WorkspaceChange
from tugi.web import auth
from tugi.web.auth import Viewer

router = APIRouter(prefix="/api/workspace", tags=["workspace"])
Signed = Annotated[Viewer, Depends(auth.viewer)]


@dataclass(frozen=True, slots=True)
class SecretWish:
    """replace: make a new secret; signatures by the old one are refused from then on."""

    replace: bool = False


@dataclass(frozen=True, slots=True)
class IdentitySecret:
    """The key for the shop's server: it signs a visitor's user id with HMAC-SHA256."""

    secret: str


@router.get("")
async def get_workspace(request: Request, viewer: Signed) -> Workspace:
    """All settings."""
    async with auth.database_of(request).reading(viewer.workspace_id) as tx:
        return await workspaces.get(tx)


@router.patch("")
async def patch_workspace(request: Request, viewer: Signed, change: WorkspaceChange) -> Workspace:
    """Change any of the settings (lead, owner)."""
    auth.require(viewer, "owner", "lead")
    async with auth.database_of(request).transaction(viewer.workspace_id, viewer.actor) as tx:
        return await workspaces.update(tx, change)


@router.post("/identity-secret")
async def post_identity_secret(request: Request, viewer: Signed, wish: SecretWish | None = None) -> IdentitySecret:
    """Show the identity secret, or replace it (owner)."""
    auth.require(viewer, "owner")
    async with auth.database_of(request).transaction(viewer.workspace_id, viewer.actor) as tx:
        if wish is not None and wish.replace:
            return IdentitySecret(await workspaces.replace_identity_secret(tx))
        return IdentitySecret(await workspaces.get_identity_secret(tx))
