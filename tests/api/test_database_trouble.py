"""PostgreSQL gone, slow, or full: 503 and when to ask again, never a failure of ours; and it heals by itself."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest
from sqlalchemy import URL, text

from api.engines import owner_engine
from tests import databases
from tests.api.given import Door, World, a_world, problem
from tests.api.lived import Lived


@asynccontextmanager
async def locking(world: World, *tables: str) -> AsyncIterator[None]:
    """Another session holds these tables for itself."""
    async with owner_engine(world.database) as engine, engine.connect() as connection:
        for table in tables:
            await connection.execute(text(f"LOCK TABLE p_treiz.{table} IN ACCESS EXCLUSIVE MODE"))
        yield
        await connection.rollback()


@asynccontextmanager
async def small_world(cluster: URL, lived: Lived, home: Path, **settings: object) -> AsyncIterator[World]:
    """A world with settings of its own."""
    async with (
        databases.new_database(cluster, template=lived.template) as database,
        a_world(database, lived, home, **settings) as world,
    ):
        yield world


def busy(answer: httpx.Response) -> None:
    """The answer is 503, with when to ask again."""
    problem(answer, 503, "busy")
    assert int(answer.headers["retry-after"]) > 0


async def cut(world: World) -> int:
    """Terminate every connection of the application, as a restart does."""
    async with owner_engine(world.database) as engine, engine.connect() as connection:
        ended = await connection.execute(
            text(
                "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        )
        return int(ended.scalar_one())


async def test_after_the_database_restarted_the_next_request_works(world: World, till: Door, operator: Door) -> None:
    code = world.treiz.fresh[0].code
    assert (await till.redeem(code, 100)).status_code == 201
    assert await cut(world) > 0
    assert (await till.redeem(code, 100)).status_code == 201
    assert (await operator.get("/audit")).json()["agrees"]
    assert (await operator.client.get("/readyz")).status_code == 200


async def test_connections_cut_under_load_cost_answers_but_no_money(world: World, till: Door, operator: Door) -> None:
    async def spend(number: int) -> list[httpx.Response]:
        code = world.treiz.fresh[number % 4].code
        answers = [await till.redeem(code, 10, key=f"{number}-{i}") for i in range(12)]
        return [answer for answer in answers if answer.status_code != 201]

    spending = asyncio.gather(*(spend(number) for number in range(12)))
    for _ in range(6):
        await asyncio.sleep(0.03)
        await cut(world)
    for refused in await spending:
        for answer in refused:
            busy(answer)
    again = await asyncio.gather(
        *(till.redeem(world.treiz.fresh[n % 4].code, 10, key=f"{n}-{i}") for n in range(12) for i in range(12))
    )
    assert {answer.status_code for answer in again} == {201}
    assert await world.asked("SELECT count(*) FROM redemptions WHERE amount = 10") == 144
    assert (await operator.get("/audit")).json()["agrees"]


async def test_when_all_connections_are_taken_the_answer_is_503(cluster: URL, lived: Lived, tmp_path: Path) -> None:
    async with small_world(cluster, lived, tmp_path, pool_size=2, pool_timeout=0.5) as world:
        operator = await world.door("operator")
        assert (await operator.get("/programmes")).status_code == 200
        async with locking(world, "batches"):
            stuck = [asyncio.create_task(operator.get("/batches")) for _ in range(2)]
            await asyncio.sleep(0.2)
            busy(await operator.get("/programmes"))
            assert (await operator.client.get("/healthz")).status_code == 200
            busy(await operator.client.get("/readyz"))
        assert {answer.status_code for answer in await asyncio.gather(*stuck)} == {200}
        assert (await operator.get("/programmes")).status_code == 200


@pytest.mark.parametrize(
    ("table", "path"), [("accounts", "/redemptions"), ("outcomes", "/holds"), ("vouchers", "/vouchers/look-up")]
)
async def test_a_lock_that_is_not_granted_is_503_and_nothing_is_written(
    cluster: URL, lived: Lived, tmp_path: Path, table: str, path: str
) -> None:
    async with small_world(cluster, lived, tmp_path, statement_timeout=900) as world:
        till, before = await world.door("till"), await world.books()
        asked = {"code": world.treiz.fresh[0].code} | ({} if "look" in path else {"amount": 100})
        async with locking(world, table):
            busy(await till.post(path, asked, key="locked"))
        assert await world.books() == before
        assert (await till.post(path, asked, key="locked")).is_success


async def test_a_statement_that_takes_too_long_is_503(cluster: URL, lived: Lived, tmp_path: Path) -> None:
    async with small_world(cluster, lived, tmp_path, statement_timeout=300) as world:
        await world.as_owner(
            "CREATE FUNCTION p_treiz.slow() RETURNS trigger LANGUAGE plpgsql AS"
            " $$ BEGIN PERFORM pg_sleep(2); RETURN NEW; END $$",
            "CREATE TRIGGER slow BEFORE INSERT ON redemptions FOR EACH ROW EXECUTE FUNCTION p_treiz.slow()",
        )
        till, before = await world.door("till"), await world.books()
        busy(await till.redeem(world.treiz.fresh[0].code, 100, key="slow"))
        assert await world.books() == before


async def test_while_there_is_no_database_every_answer_is_503(cluster: URL, lived: Lived, tmp_path: Path) -> None:
    async with small_world(cluster, lived, tmp_path) as world:
        operator, till = await world.door("operator"), await world.door("till")
        assert (await operator.get("/programmes")).status_code == 200
        name = world.database.owner.database
        async with databases.administering(cluster) as connection:
            await connection.execute(text(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false"))
            await connection.execute(
                text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = :name"), {"name": name}
            )
            for answer in (
                await operator.get("/programmes"), await operator.get("/audit"),
                await till.redeem(world.treiz.fresh[0].code, 100), await operator.client.get("/readyz"),
            ):  # fmt: skip
                busy(answer)
            assert (await operator.client.get("/healthz")).status_code == 200
            await connection.execute(text(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true"))
        assert (await operator.get("/programmes")).status_code == 200


async def test_deadlocks_are_tried_again_and_nobody_hears_of_them(world: World, till: Door, operator: Door) -> None:
    codes = [held.code for held in world.treiz.fresh[:4]]
    others = [await world.door(holder) for holder in ("neighbour", "other till")]
    answers = await asyncio.gather(
        *(
            door.post(path, {"code": code, "amount": 10})
            for door in (till, *others)
            for path in ("/redemptions", "/holds")
            for code in (*codes, *reversed(codes))
        )
    )
    assert {answer.status_code for answer in answers} == {201}
    assert (await operator.get("/audit")).json()["agrees"]
