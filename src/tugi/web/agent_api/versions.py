"""Versions of the robot: named, compared, restored."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends

from tugi.web import auth
from tugi.web.auth import Viewer

router = APIRouter(prefix="/api/robot/versions", tags=["versions"])
Signed = Annotated[Viewer, Depends(auth.viewer)]
