"""Help beside the composer: similar cases, next questions, summaries, suggestions and their measures."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends

from tugi.web import auth
from tugi.web.auth import Viewer

router = APIRouter(prefix="/api", tags=["assist"])
Signed = Annotated[Viewer, Depends(auth.viewer)]
