"""Files that are made for one person at one moment: named safely, kept by nobody on the way."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from io import BytesIO
from typing import Final

from fastapi import Response

PDF: Final = "application/pdf"
CSV: Final = "text/csv; charset=utf-8"
XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def headers(name: str) -> dict[str, str]:
    """The headers of a download; quotes, slashes and what is not ASCII in its name become hyphens."""
    safe = "".join(one if one.isascii() and (one.isalnum() or one in "-_.") else "-" for one in name)
    return {"Content-Disposition": f'attachment; filename="{safe}"', "Cache-Control": "no-store"}


def download(content: bytes, name: str, kind: str) -> Response:
    """A file to be kept."""
    return Response(content, media_type=kind, headers=headers(name))


async def drawn(draw: Callable[[BytesIO], None]) -> bytes:
    """What ``draw`` writes, in a thread: a PDF takes the processor tens of milliseconds."""

    def work() -> bytes:
        out = BytesIO()
        draw(out)
        return out.getvalue()

    return await asyncio.to_thread(work)
