"""Lessons: what the robot could learn, and people accept or reject."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends

from tugi.web import auth
from tugi.web.auth import Viewer

router = APIRouter(prefix="/api/robot/lessons", tags=["lessons"])
Signed = Annotated[Viewer, Depends(auth.viewer)]
