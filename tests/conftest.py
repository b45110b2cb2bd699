"""How a run begins, in which order the tests come, and how it ends. What they may ask for is in `tests.fixtures`."""

from __future__ import annotations

import asyncio
import atexit
import gc
import os
from collections.abc import Callable, Mapping
from typing import Final

import pytest
import uvloop

from tests import server

FIRST: Final = (
    "tests/journeys/", "tests/pages/", "tests/api/test_jobs.py", "tests/vouchers/orders/",
    "tests/api/test_database_trouble.py", "tests/vouchers/holders/", "tests/vouchers/campaigns/", "tests/api/",
    "tests/vouchers/test_sheets_pdf.py", "tests/merchants/test_reading.py", "tests/vouchers/", "tests/test_",
)  # fmt: skip
"""Where the files are that take longest: a run of several processes ends with short ones, none waiting for another.

What sleeps more than it works stands between what works, not all together.
"""

GARBAGE: Final = 50_000
"""Objects that are made before it is looked for garbage: tests make many, and keep few."""


def pytest_configure(config: pytest.Config) -> None:
    """Import what the tests start from; but who only hands them out needs nothing of it, and the others wait for it."""
    if config.getoption("dist", "no") == "no":
        config.pluginmanager.import_plugin("tests.fixtures")
    if hasattr(config, "workerinput"):  # when it has said all, nobody needs its memory piece by piece
        atexit.register(os._exit, 0)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes longest."""
    items.sort(
        key=lambda item: next((at for at, folder in enumerate(FIRST) if item.nodeid.startswith(folder)), len(FIRST))
    )


def pytest_collection_finish() -> None:
    """What is there when the tests begin is there when they end: it need not be looked through for garbage."""
    gc.freeze()
    gc.set_threshold(GARBAGE)
    gc.enable()
    atexit.register(gc.unfreeze)  # when the process ends it is garbage: libraries look whether it went


def pytest_asyncio_loop_factories() -> Mapping[str, Callable[[], asyncio.AbstractEventLoop]]:
    """The loop that serves in production too."""
    return {"uvloop": uvloop.new_event_loop}


def pytest_unconfigure(config: pytest.Config) -> None:
    if hasattr(config, "workerinput"):
        server.leave()
    else:
        server.stop()
