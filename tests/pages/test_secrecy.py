"""What is worth money or lets one in is in no line of any log, in no job, and in no backup in clear."""

from __future__ import annotations

import logging
import socket
from pathlib import Path

import pytest
import uvicorn
from sqlalchemy import text
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from api.commands import serving
from api.pages.secrecy import opens, told
from api.settings import Settings
from tests.pages.given import Live
from tests.pages.holding import ANNE, a_live_town, arrived, letter_of, path_of
from vouchers import codes


async def boom(request: Request) -> Response:
    raise RuntimeError("something failed")


async def test_no_log_line_and_no_job_holds_a_token_a_secret_or_an_address(
    live: Live, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    town = await a_live_town(live)
    voucher = await town.voucher()
    path = path_of(town, voucher)
    live.app.router.routes.insert(0, Route("/v/{token}/boom", boom))
    live.app.router.routes.insert(0, Route("/{slug}/held/{secret}/boom", boom))
    async with live.client() as client:
        letter = await letter_of(live, await client.post(f"{path}/keep", data={"email": ANNE}))
        for one in (path, f"{path}/full", f"{path}/keep", f"{path}/boom", letter.link, f"{letter.link}/boom"):
            await client.get(one)
        await client.post(letter.link, data={"do": "keep"})
        await client.post("/treiz/lost", data={"email": ANNE})
        async with town.sessions() as session:
            queued = " ".join(str(row) for row in await session.execute(text("SELECT * FROM procrastinate_jobs")))
        assert "send_holder_letters" in queued
        await live.work()
        await client.post("/treiz/lost", data={"email": ANNE})
        (lost,) = await arrived(live)
    assert "/v/… failed" in caplog.text
    assert "/treiz/held/… failed" in caplog.text
    # httpx, which is the browser here, logs what it asks for; that is no log of ours.
    ours = "\n".join(
        caplog.handler.format(one) for one in caplog.records if not one.name.startswith(("httpx", "httpcore"))
    )
    typed = codes.derive(town.keys.current, voucher.id).typed
    for secret in (path[3:], typed, codes.spell(typed), letter.link[-43:], lost.link[-43:], ANNE):
        assert secret not in ours + queued


async def test_the_database_holds_no_secret_of_a_letter(live: Live) -> None:
    town = await a_live_town(live)
    voucher = await town.voucher()
    async with live.client() as client:
        letter = await letter_of(live, await client.post(f"{path_of(town, voucher)}/keep", data={"email": ANNE}))
    async with town.sessions() as session:
        rows = " ".join(str(row) for row in await session.execute(text("SELECT * FROM p_treiz.holder_letters")))
    assert ANNE in rows
    assert letter.link[-43:] not in rows


def test_obole_run_keeps_no_access_log(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Every line of one would hold the address of a voucher."""
    seen: list[uvicorn.Config] = []

    def run(server: uvicorn.Server, _sockets: list[socket.socket]) -> None:
        seen.append(server.config)

    monkeypatch.setattr(uvicorn.Server, "run", run)
    with socket.socket() as listening:
        serving._serve(Settings(home=tmp_path), listening, ready=lambda: None)  # noqa: SLF001 - what the command does
    (config,) = seen
    assert config.access_log is False
    assert config.log_level == "warning"


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        ("/v/abc", "/v/…"), ("/v/abc/keep", "/v/…"), ("/treiz/held/abc", "/treiz/held/…"), ("/v/a\nb", "/v/…"),
        ("/treiz/enter/abc", "/treiz/enter/…"), ("/treiz/lost", "/treiz/lost"), ("/v", "/v"), ("/", "/"),
        ("/treiz/held.webmanifest", "/treiz/held.webmanifest"),
    ],
)  # fmt: skip
def test_a_path_is_told_without_its_secret(path: str, shown: str) -> None:
    assert told(path) == shown


def test_pages_that_their_address_opens_are_known() -> None:
    assert all(map(opens, ("/v/a", "/v/a/keep", "/treiz/held/a")))
    assert not any(map(opens, ("/treiz/lost", "/treiz/enter/a", "/v/", "/treiz/held/", "/treiz/held.webmanifest", "/")))
