"""What the robot may do, on what evidence: policy, topics, certificates, review."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends

from tugi.web import auth
from tugi.web.auth import Viewer

router = APIRouter(prefix="/api/robot", tags=["robot"])
Signed = Annotated[Viewer, Depends(auth.viewer)]
