"""What every route of the pages asks first: that a form comes from a page of ours."""

from __future__ import annotations

from fastapi import Depends, Request

from api.auth.origins import origin_of, require_own_origin
from api.dependencies import installation_of


async def _own_origin(request: Request) -> None:
    """Ours are the public address and the one that was asked.

    :raises ForeignOrigin:
    """
    here = await installation_of(request)
    ours = {origin_of(here.settings.base_url), origin_of(str(request.base_url))} - {None}
    require_own_origin(request.method, request.headers, ours=frozenset(one for one in ours if one))


OwnOrigin = Depends(_own_origin)
