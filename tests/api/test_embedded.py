"""The PostgreSQL that comes in the box, on machines that are not set up as they say."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from api import embedded
from tests.databases import administering


@pytest.fixture
def home() -> Iterator[Path]:
    """Not under pytest's own folder, which it closes to other users: an embedded PostgreSQL never runs as root."""
    folder = Path(tempfile.mkdtemp(prefix="obole-embedded-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


async def test_a_locale_that_is_not_installed_keeps_no_server_from_starting(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = {"LC_ALL": "xx_XX.UTF-8", "LC_TIME": "yy_YY", "LANG": "zz_ZZ.UTF-8"}
    for name, value in own.items():
        monkeypatch.setenv(name, value)
    server = embedded.start(home)
    try:
        async with administering(embedded.url_of(server)) as connection:
            assert (await connection.execute(text("SELECT lower('ÉPICERIE')"))).scalar_one() == "épicerie"
    finally:
        server.cleanup()
    assert {name: os.environ[name] for name in own} == own
    assert not (home / embedded.FOLDER / "postmaster.pid").exists()
