"""Addresses that are secrets: whoever has one can spend a voucher, or be let in. They stay out of logs and links."""

from __future__ import annotations

import re
from typing import Final

QUIET: Final = {
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
    "X-Robots-Tag": "noindex, nofollow, noarchive",
}
"""For a page that its address opens: kept by no cache and no search engine, told to no other page."""

_OPENS: Final = re.compile(r"/v/.|/[^/]+/held/.")
_SECRET: Final = re.compile(r"^(/v/|/[^/]+/(?:enter|held)/).+", re.DOTALL)


def opens(path: str) -> bool:
    """Whether an address opens its page by itself: that of a voucher, or of the link in a letter to its holder."""
    return _OPENS.match(path) is not None


def told(path: str) -> str:
    """A path as a log may keep it."""
    return _SECRET.sub(r"\1…", path)
