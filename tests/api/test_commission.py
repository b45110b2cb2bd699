"""Commission by the API: rules are listed page by page, a shop reads its own price in words, days are kept."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from ledger.days import day_of
from tests.api.given import Door, World, problem


async def test_rules_are_added_and_read_and_say_what_a_shop_is_charged(world: World, operator: Door) -> None:
    shop = world.treiz.ids["shop"]
    today = day_of(datetime.now(UTC))
    asked = {
        "scope": "shop", "shops": [str(shop)], "effective_from": today.isoformat(),
        "price": {"rate_bp": 250, "flat": 5, "most": 200},
    }  # fmt: skip
    made = await operator.post("/commission-rules", asked)
    assert made.status_code == 201, made.text
    ended = await operator.post(
        "/commission-rules",
        {"scope": "programme", "effective_from": (today + timedelta(days=400)).isoformat(), "price": None},
    )
    assert ended.json()["price"] is None
    first = await operator.get("/commission-rules", limit=1)
    assert [one["id"] for one in first.json()["items"]] == [ended.json()["id"]]
    rest = await operator.get("/commission-rules", limit=1, after=ended.json()["id"])
    assert rest.json()["items"] == [made.json()]
    set_ = await operator.post(f"/shops/{shop}/minimum-payout", {"minimum_payout": 2_500})
    assert set_.status_code == 201
    own = (await (await world.door("shop")).get(f"/shops/{shop}/commission")).json()
    assert own == set_.json() | {"said": own["said"]}
    assert (own["rule"], own["minimum_payout"]) == (made.json()["id"], 2_500)
    assert own["price"] == {"rate_bp": 250, "flat": 5, "least": 0, "most": 200}
    assert own["said"].replace("\u00a0", " ") in {
        "2,5 % de chaque encaissement et 0,05 € par encaissement, au plus 2,00 € par encaissement",
        "2.5% of each redemption and €0.05 a redemption, at most €2.00 a redemption",
    }


async def test_what_cannot_be_is_refused_by_name(world: World, operator: Door) -> None:
    day = "2031-01-01"
    none = await operator.post("/commission-rules", {"scope": "shop", "effective_from": day, "price": {}})
    assert problem(none, 422, "commission-malformed")["field"] == "shops"
    wrong = await operator.post("/commission-rules", {"scope": "trade", "naf": "99.99Z", "effective_from": day})
    problem(wrong, 422, "naf-unknown")
    problem(await operator.post(f"/shops/{world.treiz.ids['shop']}/minimum-payout", {"minimum_payout": -1}), 422)
