"""What runs by itself: the sweep of every minute, jobs whose worker died, and a worker that outlives the database."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import procrastinate
import pytest
from sqlalchemy import URL, text
from sqlalchemy.ext.asyncio import AsyncConnection

from api.engines import owner_engine
from api.installation import Installation, Town, installation
from api.jobs import tending
from api.jobs.everywhere import in_every_programme
from api.jobs.queue import Resumed, job_queue, working_on
from api.jobs.sweeping import sweep, sweep_all
from api.jobs.tending import tend_all
from api.settings import Settings
from tests import databases
from tests.api.given import Door, World, a_world, forget_guesses
from tests.api.lived import Lived
from tests.api.test_database_trouble import cut


@pytest.fixture
async def world(cluster: URL, lived: Lived, tmp_path: Path) -> AsyncIterator[World]:
    """One that works on its queue by itself."""
    async with (
        databases.new_database(cluster, template=lived.template) as database,
        a_world(database, lived, tmp_path, jobs=True) as world,
    ):
        yield world


async def soon(happened: Any, *, within: float = 15) -> None:
    """Wait until something has happened."""
    async with asyncio.timeout(within):
        while not await happened():  # noqa: ASYNC110 - it happens in the database
            await asyncio.sleep(0.1)


async def age(world: World, hold: str) -> None:
    """Let a hold have been placed an hour ago."""
    await world.as_owner(
        "SET session_replication_role = replica",
        f"UPDATE holds SET placed_at = placed_at - interval '1 hour', expires_at = now() - interval '1 minute'"  # noqa: S608
        f" WHERE id = '{hold}'",
    )


async def test_the_sweep_releases_overdue_holds_and_expires_vouchers_whose_day_is_over(
    world: World, till: Door, operator: Door
) -> None:
    held, old = world.treiz.fresh[0], world.treiz.fresh[1]
    hold = (await till.post("/holds", {"code": held.code, "amount": 500})).json()["id"]
    await age(world, hold)
    await world.as_owner(
        "SET session_replication_role = replica",
        f"UPDATE vouchers SET last_day = current_date - 2 WHERE id = '{old.id}'",  # noqa: S608
    )
    town = await world.town()
    await sweep(town)
    assert await sweep(town) == (0, 0)
    shown = (await till.get(f"/holds/{hold}")).json()
    assert (shown["state"], shown["left"], shown["released"]) == ("timed_out", 0, 500)
    voucher = (await operator.get(f"/vouchers/{old.id}")).json()
    assert (voucher["state"], voucher["left"]) == ("expired", 0)
    spendable = (await operator.get(f"/vouchers/{held.id}")).json()
    assert (spendable["left"], spendable["available"]) == (2_000, 2_000)
    assert (await operator.get("/audit")).json()["agrees"]


async def test_two_sweeps_at_once_do_nothing_twice(world: World, till: Door, operator: Door) -> None:
    hold = (await till.post("/holds", {"code": world.treiz.fresh[0].code, "amount": 500})).json()["id"]
    await age(world, hold)
    await world.as_owner(
        "SET session_replication_role = replica", "UPDATE vouchers SET last_day = current_date - 2 WHERE serial > 12"
    )
    town = await world.town()
    await asyncio.gather(*(sweep(town) for _ in range(4)))
    assert await sweep(town) == (0, 0)
    assert (await till.get(f"/holds/{hold}")).json()["released"] == 500
    assert await world.asked("SELECT count(*) FROM transfers WHERE kind = 'expiry'") == 1 + 4
    assert (await operator.get("/audit")).json()["agrees"]


async def test_a_programme_that_fails_does_not_keep_the_others_waiting(
    world: World, till: Door, caplog: pytest.LogCaptureFixture
) -> None:
    hold = (await till.post("/holds", {"code": world.treiz.fresh[0].code, "amount": 500})).json()["id"]
    await age(world, hold)
    await world.as_owner("ALTER TABLE p_alpes.holds RENAME TO elsewhere")
    await sweep_all(world.app.state.installation)
    assert "sweeping alpes failed" in caplog.text
    assert (await till.get(f"/holds/{hold}")).json()["state"] == "timed_out"


async def test_what_fails_for_any_reason_keeps_nothing_else_waiting(
    world: World, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    tended, opened = set(), []

    async def spoiled(_here: Installation, _town: Town) -> None:
        raise KeyError

    async def whole(_here: Installation, town: Town) -> None:
        tended.add(town.registered.slug)
        raise ValueError

    async def lost(town: Town) -> None:
        opened.append(town.registered.slug)
        raise ZeroDivisionError

    here: Installation = world.app.state.installation
    monkeypatch.setattr(tending, "TENDED", (spoiled, whole))
    await tend_all(here)
    assert tended == {"alpes", "treiz"}
    assert "spoiled failed for alpes" in caplog.text
    await world.as_owner("SET session_replication_role = replica", "DELETE FROM p_alpes.code_keys")
    here.towns.clear()
    await in_every_programme(here, lost, doing="losing")
    assert opened == ["treiz"]
    assert "losing alpes failed" in caplog.text


async def test_the_sweep_forgets_old_guesses(world: World, till: Door) -> None:
    await till.post("/vouchers/look-up", {"code": "nonsense"}, key=None)
    await world.as_owner("UPDATE wrong_codes SET minute = minute - interval '8 days'")
    await sweep(await world.town())
    assert await world.asked("SELECT count(*) FROM wrong_codes") == 0
    await forget_guesses(world)


def queue_of(world: World) -> procrastinate.App:
    """The queue of a world, as another process opens it."""
    here: Installation = world.app.state.installation
    return job_queue(here, world.database.runtime)


async def test_a_job_whose_worker_died_is_taken_up_again(world: World) -> None:
    queue = queue_of(world)
    async with queue.open_async():
        await world.as_owner(
            "WITH died AS (INSERT INTO public.procrastinate_workers (last_heartbeat)"
            " VALUES (now() - interval '1 hour') RETURNING id)"
            " INSERT INTO public.procrastinate_jobs (queue_name, task_name, lock, status, attempts, args, worker_id)"
            " SELECT 'default', 'sweep', 'died', 'doing', 1, '{\"timestamp\": 0}', id FROM died",
        )
        (stalled,) = [one for one in await queue.job_manager.get_stalled_jobs() if one.lock == "died"]
        await queue.tasks["retry_stalled"].func(0)

        async def done() -> bool:
            return await world.asked(f"SELECT count(*) FROM public.procrastinate_jobs WHERE id = {stalled.id}") == 0  # noqa: S608

        await soon(done)


async def test_a_minutely_job_whose_worker_died_does_not_keep_the_next_ones_waiting(world: World) -> None:
    """Of its kind one only may wait, and none may run beside it: so it cannot be queued again, and must let go."""
    queue = queue_of(world)
    async with queue.open_async():
        await world.as_owner(
            "WITH died AS (INSERT INTO public.procrastinate_workers (last_heartbeat)"
            " VALUES (now() - interval '1 hour') RETURNING id)"
            " INSERT INTO public.procrastinate_jobs"
            " (queue_name, task_name, lock, queueing_lock, status, attempts, args, worker_id)"
            " SELECT 'default', 'tend', 'died', 'died', 'doing', 1, '{\"timestamp\": 0}', id FROM died",
        )
        await queue.configure_task("tend", lock="died", queueing_lock="died").defer_async(timestamp=60)
        await queue.tasks["retry_stalled"].func(0)

        async def done() -> bool:
            return await world.asked("SELECT count(*) FROM public.procrastinate_jobs WHERE lock = 'died'") == 0

        await soon(done)


async def test_two_that_look_after_dead_workers_at_once_do_not_fail(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    queue = queue_of(world)
    async with queue.open_async():
        await world.as_owner(
            "INSERT INTO public.procrastinate_jobs (queue_name, task_name, lock, status, args)"
            " SELECT 'default', 'sweep', 'died ' || number, 'doing', '{\"timestamp\": 0}'"
            " FROM generate_series(1, 20) number"
        )
        await asyncio.gather(*(queue.tasks["retry_stalled"].func(0) for _ in range(3)))

        async def done() -> bool:
            return await world.asked("SELECT count(*) FROM public.procrastinate_jobs WHERE lock LIKE 'died %'") == 0

        await soon(done)


async def test_the_minutely_tasks_are_known_to_the_queue(world: World) -> None:
    queue = queue_of(world)
    periodic = {task.task.name: task.cron for task in queue.periodic_registry.periodic_tasks.values()}
    assert periodic == {
        "sweep": "* * * * *", "tend": "* * * * *", "reconcile_cards": "*/10 * * * *", "reward": "*/10 * * * *",
        "prove": "*/10 * * * *", "retry_stalled": "* * * * *", "tell_shops": "* * * * *",
    }  # fmt: skip


async def test_the_worker_starts_and_stops_with_the_application_and_says_nothing(
    cluster: URL, lived: Lived, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)
    before = asyncio.all_tasks()
    async with databases.new_database(cluster, template=lived.template) as database:
        for _ in range(3):
            async with a_world(database, lived, tmp_path, jobs=True) as world:
                assert (await (await world.door("operator")).get("/programmes")).status_code == 200
        # What the application gave back is ours; whatever it kept would still be there.
        await databases.leave(cluster, database.owner.database or "")
        async with owner_engine(database) as engine, engine.connect() as connection:
            assert await _alone(connection)
            left = "SELECT count(*) FROM procrastinate_jobs WHERE status = 'doing'"
            assert (await connection.execute(text(left))).scalar_one() == 0
    await asyncio.sleep(0)
    assert asyncio.all_tasks() == before
    assert not caplog.records, caplog.text


async def _alone(connection: AsyncConnection) -> bool:
    """Whether nobody else is connected: a backend ends a moment after its client went."""
    others = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    for _ in range(50):
        if not (await connection.execute(text(others))).scalar_one():
            return True
        await asyncio.sleep(0.1)
    return False


async def test_a_job_that_is_not_done_when_the_server_stops_is_called_off_and_queued_again(
    cluster: URL, lived: Lived, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)
    begun = asyncio.Event()
    async with (
        databases.new_database(cluster, template=lived.template) as database,
        installation(Settings(home=tmp_path), database) as here,
    ):
        before = asyncio.all_tasks()
        queue = job_queue(here, database.runtime)

        @queue.task(name="long", retry=Resumed())
        async def long() -> None:
            begun.set()
            await asyncio.sleep(600)

        async with working_on(queue):
            await queue.configure_task("long").defer_async()
            await asyncio.wait_for(begun.wait(), 15)
        await asyncio.sleep(0)
        assert asyncio.all_tasks() == before
        async with owner_engine(database) as engine, engine.connect() as connection:
            told = "SELECT status::text FROM procrastinate_jobs WHERE task_name = 'long'"
            assert (await connection.execute(text(told))).scalars().all() == ["todo"]
    assert not caplog.records, caplog.text


async def test_the_worker_outlives_a_restart_of_the_database(world: World) -> None:
    for _ in range(2):
        await cut(world)
        await asyncio.sleep(0.5)
    queue = queue_of(world)
    async with queue.open_async():
        later = queue.configure_task("sweep", lock="later", queueing_lock="later")
        job = await later.defer_async(timestamp=0)

        async def done() -> bool:
            return await world.asked(f"SELECT count(*) FROM public.procrastinate_jobs WHERE id = {job}") == 0  # noqa: S608

        await soon(done, within=20)


async def test_an_overdue_hold_is_released_by_itself_within_the_minute(
    cluster: URL, lived: Lived, tmp_path: Path
) -> None:
    """The first sweep is due when the application starts."""
    async with databases.new_database(cluster, template=lived.template) as database:
        async with a_world(database, lived, tmp_path, jobs=True) as world:
            await age(world, str(lived.treiz.ids["other hold"]))
        async with a_world(database, lived, tmp_path, jobs=True) as world:
            other = await world.door("other till")

            async def released() -> bool:
                shown = (await other.get(f"/holds/{lived.treiz.ids['other hold']}")).json()
                return bool(shown["state"] == "timed_out")

            await soon(released, within=65)
