"""Replays: what the robot would have done with past questions."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends

from tugi.web import auth
from tugi.web.auth import Viewer

router = APIRouter(prefix="/api/robot/replays", tags=["replays"])
Signed = Annotated[Viewer, Depends(auth.viewer)]
