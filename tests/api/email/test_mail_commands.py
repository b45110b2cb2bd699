"""`obole mail`, as a mail server's pipe and a person type it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from click.testing import Result
from sqlalchemy import URL, text
from typer.testing import CliRunner

from api.cli import app
from api.email import outbox
from api.engines import Database, owner_engine
from ledger.ids import new_id
from tests import databases
from tests.api.email.test_bounces import report
from tests.api.lived import SECRETS, Lived
from tests.mail_server import mail_server


@dataclass(slots=True)
class Post:
    """A mail server's pipe into an installation that has sent one letter."""

    database: Database
    home: Path
    mailing: UUID
    environment: dict[str, str]

    async def type(self, *words: str, typed: bytes = b"", exits: int = 0, **told: str) -> Result:
        environment = {**self.environment, **told}
        done = await asyncio.to_thread(CliRunner().invoke, app, ["mail", *words], env=environment, input=typed)
        assert done.exit_code == exits, (done.exit_code, done.output, done.exception)
        return done

    async def json(self, *words: str, typed: bytes = b"", exits: int = 0, **told: str) -> Any:
        return json.loads((await self.type(*words, "--json", typed=typed, exits=exits, **told)).stdout)

    async def state(self) -> tuple[str, str | None]:
        async with owner_engine(self.database) as engine, engine.connect() as connection:
            row = (await connection.execute(text("SELECT state, detail FROM p_alpes.mailings"))).one()
            return row.state, row.detail


@pytest.fixture
async def post(cluster: URL, lived: Lived, tmp_path: Path) -> AsyncIterator[Post]:
    async with databases.new_database(cluster, template=lived.template) as database:
        order, mailing = new_id(), new_id()
        async with owner_engine(database) as engine, engine.begin() as connection:
            await connection.execute(
                text(
                    "INSERT INTO p_alpes.orders (id, buyer_id, status, made_by, made_at)"
                    " SELECT :order, id, 'draft', 'someone', now() FROM p_alpes.buyers LIMIT 1"
                ),
                {"order": order},
            )
            await connection.execute(
                text(
                    "INSERT INTO p_alpes.mailings"
                    " (id, order_id, kind, attempt, address, state, asked_by, asked_at, changed_at) VALUES"
                    " (:mailing, :order, 'voucher', 1, 'marie@example.org', 'sent', 'someone', now(), now())"
                ),
                {"mailing": mailing, "order": order},
            )
        told = {
            "OBOLE_HOME": str(tmp_path), "OBOLE_SECRETS": SECRETS, "LC_ALL": "en_US.UTF-8",
            "OBOLE_DATABASE_URL": database.owner.render_as_string(hide_password=False),
        }  # fmt: skip
        yield Post(database, tmp_path, mailing, told)


async def test_a_bounce_is_noted_in_the_programme_that_sent_the_letter(post: Post) -> None:
    still_trying = report(to=f"b+{post.mailing.hex}@treiz.example", action="delayed", status="4.4.1")
    assert (await post.json("bounced", typed=still_trying))["noted"] is False
    assert await post.state() == ("sent", None)
    raw = report(to=f"b+{post.mailing.hex}@treiz.example")
    told = await post.json("bounced", typed=raw)
    assert (told["noted"], told["mailing"]) == (True, str(post.mailing))
    state, detail = await post.state()
    assert state == "bounced"
    assert "Recipient address rejected" in (detail or "")
    assert "Noted: 550 5.1.1" in (await post.type("bounced", typed=raw)).stdout


async def test_what_is_no_bounce_of_ours_leaves_the_mail_server_in_peace(post: Post) -> None:
    for raw in (b"", b"\xff\x00", report(), report(to=f"b+{new_id().hex}@treiz.example")):
        assert "Nothing to note" in (await post.type("bounced", typed=raw)).stderr
    assert await post.state() == ("sent", None)


async def test_while_the_database_is_away_the_mail_server_is_asked_to_come_again(post: Post) -> None:
    raw = report(to=f"b+{post.mailing.hex}@treiz.example")
    away = "postgresql://nobody@127.0.0.1:1/nothing"
    done = await post.type("bounced", typed=raw, exits=75, OBOLE_DATABASE_URL=away)
    assert "nothing was noted" in done.stderr
    assert "Traceback" not in done.output


async def test_a_trial_letter_goes_to_the_outbox_or_to_the_mail_server(post: Post) -> None:
    treiz = ("--programme", "treiz")
    assert "Sent to a@example.org" in (await post.type("test", "--to", "a@example.org", *treiz)).stdout
    (kept,) = outbox.newest(post.home)
    assert kept.to == "a@example.org"
    with mail_server() as server:
        told = {"OBOLE_SMTP_URL": server.url, "OBOLE_MAIL_FROM": "bons@treiz.example"}
        server.faults["b@example.org"] = ["refused", "greylisted"]
        asked = ("test", "--to", "b@example.org", *treiz)
        assert (await post.json(*asked, exits=1, **told))["outcome"] == "refused"
        assert (await post.json(*asked, exits=75, **told))["outcome"] == "postponed"
        assert (await post.json(*asked, **told))["outcome"] == "sent"
        assert server.to("b@example.org")[0].message["From"].addresses[0].addr_spec == "bons@treiz.example"
    assert "@-sign" in (await post.type("test", "--to", "nobody", *treiz, exits=2)).stderr
    refused = await post.type("test", "--to", "b@example.org", *treiz, exits=1, OBOLE_SMTP_URL="smtp://mail.example")
    assert "OBOLE_MAIL_FROM" in refused.stderr
