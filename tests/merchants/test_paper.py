"""A page to draw on: what several threads draw at once is what each would draw alone."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO

import pytest

from merchants.paper import Paper, Style

DRAWN = 60
WORDS = "".join(chr(code) for code in range(0x00C0, 0x0180))
"""Letters that are put together from others: to cut one out of a font, the font is read here and there."""


@pytest.fixture
def threads() -> Iterator[ThreadPoolExecutor]:
    """Four, of which another may run after each step."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    with ThreadPoolExecutor(4) as threads:
        yield threads
    sys.setswitchinterval(before)


def drawn(_number: int) -> bytes:
    out = BytesIO()
    paper = Paper(out, title="A page", language="fr")
    paper.text(20, 20, WORDS, Style())
    paper.text(20, 30, WORDS, Style().bold())
    paper.save()
    return out.getvalue()


def test_papers_drawn_at_once_are_what_each_is_alone(threads: ThreadPoolExecutor) -> None:
    assert set(threads.map(drawn, range(DRAWN))) == {drawn(0)}
