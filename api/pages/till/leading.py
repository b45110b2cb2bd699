"""A voucher's link opened on a device that is a till: the phone's own camera scanned it, and the till takes over."""

from __future__ import annotations

from uuid import UUID

from fastapi import Request
from fastapi.responses import Response

from api.installation import Installation, Town
from api.pages.place import Place
from api.pages.rendering import see_other
from api.pages.till.access import recognised
from api.pages.till.presenting import ticket_for
from vouchers import codes


async def lead_to_till(request: Request, here: Installation, town: Town, token: str) -> Response | None:
    """To the till with this voucher, if this browser is a till of its programme.

    :param token: of a voucher that is known
    """
    till = await recognised(request, here, Place(town, None))
    if till is None:
        return None
    code = UUID(bytes=codes.read(token, town.keys.keys))
    return see_other(f"{till.home}/voucher/{ticket_for(here, till, code)}")
