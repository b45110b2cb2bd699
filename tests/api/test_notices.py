"""What online shops are told: written with what it tells, signed, sent until it is taken, and in nobody's way."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
from base64 import b64decode, b64encode
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from api import installation
from api.jobs.notices import send_due
from api.reaching import Reach
from ledger.database import Sessions
from ledger.errors import HoldExceeded
from ledger.wishes import take_wishes
from merchants.registry import Registered
from tests.given import Town, a_town
from tests.ledger.given import by_hand
from tests.sink import Heard, Sink, a_sink
from vouchers import holding
from vouchers.notices import delivering, endpoints, queries
from vouchers.notices.endpoints import EndpointView
from vouchers.notices.errors import EndpointUnknown, NoticeUnknown, TooManyEndpoints
from vouchers.notices.queries import NoticeView
from vouchers.notices.signing import shown_secret
from vouchers.notices.writing import EVENTS, Event


@dataclass(slots=True)
class Website:
    """An online shop of a town, where it is told, and who tells it."""

    town: Town
    sink: Sink
    endpoint: EndpointView
    here: installation.Installation
    working: installation.Town

    async def send(self) -> list[Heard]:
        """What arrives when the job runs."""
        before = len(self.sink.heard)
        await send_due(self.here, self.working)
        return self.sink.heard[before:]

    async def notices(self) -> list[NoticeView]:
        """Oldest first."""
        found = await self.town.do(lambda session: queries.notices_page(session, self.endpoint.id, limit=100))
        return found[::-1]

    async def secrets(self) -> tuple[bytes, ...]:
        async def work(session: AsyncSession) -> tuple[bytes, ...]:
            view = await endpoints.endpoint(session, self.endpoint.id, shop=self.endpoint.shop)
            return view.secrets(self.town.keys, datetime.now(UTC))

        return await self.town.do(work)


async def listening(town: Town, url: str, *events: Event) -> EndpointView:
    return await town.do(
        lambda session: endpoints.add(
            session, town.till.shop, url=url, events=events or EVENTS, keys=town.keys, actor="owner", at=town.at
        )
    )


@pytest.fixture
async def town(sessions: Sessions, settings: Any) -> Town:
    return await a_town(sessions, settings, shops=2, at=datetime.now(UTC))


@pytest.fixture
async def website(town: Town, engine: AsyncEngine, sessions: Sessions) -> AsyncIterator[Website]:
    async with a_sink() as sink:
        here = installation.Installation(town.settings, engine, reached=Reach(loopback=True, patience=5))
        registered = Registered(town.programme, "treiz", "p_treiz", town.at)
        working = installation.Town(registered, sessions, town.keys)
        yield Website(town, sink, await listening(town, sink.url()), here, working)


def verified(heard: Heard, shown: str) -> dict[str, Any]:
    """The message, as a receiver verifies it by the letter of Standard Webhooks."""
    assert shown.startswith("whsec_")
    secret = b64decode(shown.removeprefix("whsec_"))
    assert 24 <= len(secret) <= 64
    content = f"{heard.headers['webhook-id']}.{heard.headers['webhook-timestamp']}.{heard.body}".encode()
    expected = "v1," + b64encode(hmac.new(secret, content, hashlib.sha256).digest()).decode()
    assert expected in heard.headers["webhook-signature"].split(" ")
    assert abs(int(heard.headers["webhook-timestamp"]) - datetime.now(UTC).timestamp()) < 300
    message: dict[str, Any] = json.loads(heard.body)
    return message


async def test_what_happens_arrives_signed_with_its_id(website: Website) -> None:
    hold = await website.town.till.hold(await website.town.voucher(), "12,50")
    (heard,) = await website.send()
    told = verified(heard, shown_secret((await website.secrets())[0]))
    assert told["type"] == "hold.placed"
    assert datetime.fromisoformat(told["timestamp"]) == website.town.at
    assert (told["data"]["hold"], told["data"]["amount"], told["data"]["currency"]) == (str(hold.id), 1_250, "EUR")
    (notice,) = await website.notices()
    assert (notice.name, notice.state, notice.tries) == (heard.headers["webhook-id"], "delivered", 1)
    assert [(one.status, one.why) for one in notice.attempts] == [(204, None)]
    assert await website.send() == []


async def test_each_thing_that_happens_to_a_shops_money_is_told_once(website: Website) -> None:
    town, till = website.town, website.town.till
    town.at -= timedelta(minutes=5)
    one, two, three = await town.vouchers(3)
    first = await till.hold(one, "10,00")
    receipt = await till.capture(first, "4,00", final=True)
    await till.give_back(receipt, "1,00")
    await till.undo(await till.redeem(two, "1,00"))
    await till.void(await till.hold(two, "2,00"))
    await till.hold(three, "3,00", lasts=timedelta(minutes=1))
    town.at += timedelta(minutes=2)
    await till.redeem(three, "20,00")  # what is held past its time is free again, and told, without waiting for a sweep
    await town.time_out()
    told = [json.loads(heard.body) for heard in await website.send()]
    assert sorted(one["type"] for one in told) == sorted(
        ["hold.placed"] * 3
        + ["hold.captured", "hold.voided", "hold.timed_out", "redemption.returned", "redemption.undone"]
    )
    captured = next(one["data"] for one in told if one["type"] == "hold.captured")
    assert (captured["taken"], captured["released"], captured["redemption"]) == (400, 600, str(receipt.redemption))
    back = next(one["data"] for one in told if one["type"] == "redemption.returned")
    assert (back["amount"], back["rest"]) == (100, 300)


async def test_nothing_is_written_for_a_shop_that_did_not_ask_or_for_what_did_not_happen(website: Website) -> None:
    town = website.town
    one, two = await town.vouchers(2)
    await town.tills[1].hold(one, "1,00")
    await listening(town, website.sink.url("/returns"), "redemption.returned")
    hold = await town.till.hold(two, "5,00")
    with pytest.raises(HoldExceeded):
        await town.till.capture(hold, "5,01")

    async def never_committed(session: AsyncSession) -> None:
        await holding.void(session, hold.id, shop=None, at=town.at)
        raise RuntimeError

    with pytest.raises(RuntimeError):
        await town.do(never_committed)
    assert [heard.line for heard in await website.send()] == ["POST /obole HTTP/1.1"]
    assert [one.event for one in await website.notices()] == ["hold.placed"]


async def test_a_transaction_that_writes_wishes_for_the_job_that_sends(website: Website) -> None:
    voucher = await website.town.voucher()

    async def place(session: AsyncSession) -> list[str]:
        await holding.place(
            session, till=website.town.till.id, code=voucher.code, amount=(await website.town.left_on(voucher)),
            lasts=timedelta(hours=1), at=website.town.at,
        )  # fmt: skip
        return [one.name for one in take_wishes(session)]

    assert await website.town.do(place) == ["send_notices"]


async def make_due(owner: Sessions) -> None:
    """As if the pause before the next try were over."""
    await by_hand(owner, "UPDATE notices SET next_at = now() - interval '1 second' WHERE state = 'waiting'")


async def test_what_is_not_taken_is_tried_ten_times_ever_less_often_then_given_up(
    website: Website, owner: Sessions
) -> None:
    website.sink.answer = 500
    await website.town.till.hold(await website.town.voucher(), "1,00")
    pauses = []
    for _ in range(delivering.TRIES):
        assert len(await website.send()) == 1
        (notice,) = await website.notices()
        pauses.append(round((notice.next_at - notice.attempts[-1].at).total_seconds(), -1))
        assert await website.send() == []
        await make_due(owner)
    assert (notice.state, notice.tries) == ("failed", 10)
    assert pauses[:-1] == sorted(pauses[:-1])
    assert pauses[0] == 30
    assert timedelta(days=2, hours=12) < sum(delivering.PAUSES, timedelta()) < timedelta(days=3)
    assert [one.status for one in notice.attempts] == [500] * 10
    assert len({heard.headers["webhook-id"] for heard in website.sink.heard}) == 1
    assert await website.send() == []


async def test_what_was_given_up_is_sent_again_on_demand_under_the_same_id(website: Website, owner: Sessions) -> None:
    town = website.town
    for voucher in await town.vouchers(3):
        await town.till.hold(voucher, "1,00")
    first = await website.send()
    await by_hand(owner, "UPDATE notices SET state = 'failed' WHERE event_id IN (SELECT event_id FROM notices LIMIT 2)")
    assert await town.do(lambda session: delivering.replay_failed(session, website.endpoint.id, at=town.at)) == 2
    assert len(await website.send()) == 2
    one = (await website.notices())[0]
    await town.do(lambda session: delivering.replay(session, one.id, endpoint=website.endpoint.id, at=town.at))
    (again,) = await website.send()
    assert again.headers["webhook-id"] == one.name == first[0].headers["webhook-id"]
    assert again.body == first[0].body
    with pytest.raises(NoticeUnknown):
        await town.do(lambda session: delivering.replay(session, one.id, endpoint=UUID(int=1), at=town.at))


async def test_an_endpoint_that_is_gone_is_paused_and_what_waits_leaves_once_it_is_back(
    website: Website, owner: Sessions
) -> None:
    town = website.town
    one, two = await town.vouchers(2)
    await town.till.hold(one, "1,00")
    await town.till.hold(two, "1,00")
    website.sink.answer = 410
    assert len(await website.send()) == 1
    await make_due(owner)
    assert await website.send() == []
    shop = town.till.shop
    view = await town.do(lambda session: endpoints.endpoint(session, website.endpoint.id, shop=shop))
    assert view.paused_because == "gone"
    website.sink.answer = 200
    await town.do(lambda session: endpoints.resume(session, website.endpoint.id, shop=shop))
    await make_due(owner)
    assert len(await website.send()) == 2
    assert {one.state for one in await website.notices()} == {"delivered"}


async def test_who_asks_to_be_left_in_peace_is_left_in_peace_within_reason(website: Website) -> None:
    website.sink.answer, website.sink.more = 429, "retry-after: 7200"
    await website.town.till.hold(await website.town.voucher(), "1,00")
    await website.send()
    (notice,) = await website.notices()
    assert timedelta(hours=1, minutes=59) < notice.next_at - datetime.now(UTC) < timedelta(hours=2, minutes=1)
    website.sink.more = "retry-after: 999999"
    await website.town.do(
        lambda session: delivering.replay(session, notice.id, endpoint=website.endpoint.id, at=website.town.at)
    )
    await website.send()
    (notice,) = await website.notices()
    assert notice.next_at - datetime.now(UTC) < timedelta(hours=24, minutes=1)


async def test_a_website_that_is_down_keeps_no_other_waiting_and_is_tried_once_a_round(
    website: Website, owner: Sessions
) -> None:
    async with a_sink() as gone:
        down = await listening(website.town, gone.url())
    for voucher in await website.town.vouchers(4):
        await website.town.till.hold(voucher, "1,00")
    assert len(await website.send()) == 4
    tried = await website.town.do(lambda session: queries.notices_page(session, down.id, limit=10))
    assert sorted(one.tries for one in tried) == [0, 0, 0, 1]
    assert [one.why for notice in tried for one in notice.attempts] == ["connection"]


async def test_while_a_secret_is_replaced_both_sign_for_a_day(website: Website, owner: Sessions) -> None:
    town, shop = website.town, website.town.till.shop
    (old,) = await website.secrets()
    await town.do(lambda session: endpoints.rotate(session, website.endpoint.id, shop=shop, keys=town.keys, at=town.at))
    new, still = await website.secrets()
    assert (still, new != old) == (old, True)
    await town.till.hold(await town.voucher(), "1,00")
    (heard,) = await website.send()
    assert len(heard.headers["webhook-signature"].split(" ")) == 2
    for secret in (old, new):
        verified(heard, shown_secret(secret))
    await by_hand(owner, "UPDATE endpoints SET old_until = now()")
    assert await website.secrets() == (new,)


async def test_secrets_differ_and_are_nowhere_in_the_database(website: Website, owner: Sessions) -> None:
    other = await listening(website.town, website.sink.url())
    (one,), (two,) = await website.secrets(), other.secrets(website.town.keys, website.town.at)
    assert one != two
    async with owner() as session:
        kept = str(
            (await session.execute(text("SELECT string_agg(e::text, '') FROM p_treiz.endpoints e"))).scalar_one()
        )
    assert one.hex() not in kept


async def test_who_is_told_five_times_is_told_enough_and_another_shop_sees_none_of_it(website: Website) -> None:
    for _ in range(4):
        await listening(website.town, website.sink.url())
    with pytest.raises(TooManyEndpoints):
        await listening(website.town, website.sink.url())
    other = website.town.tills[1].shop
    with pytest.raises(EndpointUnknown):
        await website.town.do(lambda session: endpoints.endpoint(session, website.endpoint.id, shop=other))
    shop, at = website.town.till.shop, website.town.at
    await website.town.do(lambda session: endpoints.remove(session, website.endpoint.id, shop=shop, at=at))
    await listening(website.town, website.sink.url())


async def test_nothing_is_sent_to_an_address_that_is_private_and_the_try_says_why(website: Website) -> None:
    website.here.reached = Reach()
    await website.town.till.hold(await website.town.voucher(), "1,00")
    assert await website.send() == []
    (notice,) = await website.notices()
    assert [one.why for one in notice.attempts] == ["refused"]


async def test_after_thirty_days_messages_are_forgotten_with_their_tries(website: Website, owner: Sessions) -> None:
    await website.town.till.hold(await website.town.voucher(), "1,00")
    await website.send()
    town, later = website.town, datetime.now(UTC) + timedelta(days=29)
    assert await town.do(lambda session: delivering.forget_old(session, at=later)) == 0
    assert await town.do(lambda session: delivering.forget_old(session, at=later + timedelta(days=2))) == 1
    assert await website.notices() == []


async def test_two_workers_at_once_send_each_message_once(website: Website) -> None:
    for voucher in await website.town.vouchers(6):
        await website.town.till.hold(voucher, "1,00")
    await asyncio.gather(*(send_due(website.here, website.working) for _ in range(3)))
    assert len({heard.headers["webhook-id"] for heard in website.sink.heard}) == len(website.sink.heard) == 6


async def test_what_a_worker_that_died_had_claimed_goes_again_under_its_id(website: Website, owner: Sessions) -> None:
    town = website.town
    await town.till.hold(await town.voucher(), "1,00")
    claimed = await town.do(lambda session: delivering.claim(session, website.endpoint.id, at=datetime.now(UTC)))
    assert claimed is not None
    assert await website.send() == []
    await make_due(owner)
    (heard,) = await website.send()
    assert heard.headers["webhook-id"] == f"msg_{claimed.event_id.hex}"
