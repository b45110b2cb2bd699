"""Is it alive; is it ready: for whoever watches over the process."""

from __future__ import annotations

from typing import Literal

from fastapi import APIRouter

from api import clock
from api.dependencies import Here
from api.rest.types import Shown

router = APIRouter(tags=["health"])


class Health(Shown):
    """How it is."""

    status: Literal["ok"] = "ok"


@router.get("/healthz")
async def healthz() -> Health:
    """The process answers."""
    return Health()


@router.get("/readyz")
async def readyz(here: Here) -> Health:
    """The database answers too; a problem with status 503 if it does not."""
    async with here.shared.begin() as session:
        await clock.now(session)
    return Health()
