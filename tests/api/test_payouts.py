"""Payouts by the API: two keys, one file, and what each answer tells."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

from merchants.payouts.execution_days import earliest_day
from tests.api.given import Door, World, problem
from tests.api.lived import LAST_MONTH, TODAY

IBAN: Final = "FR7630006000011234567890189"


async def a_month_settled(world: World, operator: Door) -> None:
    """Last month is closed; of the two shops that are owed money, the first has an account."""
    terms = {"effective_from": f"{TODAY}", "iban": IBAN}
    assert (await operator.post(f"/programmes/{world.treiz.slug}/terms", terms)).is_success
    path = f"/api/v1/shops/{world.treiz.ids['shop']}/bank-account"
    assert (await operator.client.put(path, json={"iban": "DE89 3704 0044 0532 0130 00"})).is_success
    assert (await operator.post("/closings", {"month": f"{LAST_MONTH:%Y-%m}"})).is_success


async def another_operator(world: World, operator: Door) -> Door:
    made = await operator.post("/keys", {"role": "operator", "label": "second"})
    return await world.door(made.json()["key"])


async def test_one_key_proposes_and_another_approves_and_the_file_stays(world: World, operator: Door) -> None:
    await a_month_settled(world, operator)
    second = await another_operator(world, operator)
    told = (await operator.get("/payouts/waiting")).json()
    assert [one["iban_masked"] for one in told["payable"]] == ["DE89 •••• •••• 3000"]
    assert [one["why"] for one in told["held_back"]] == ["no-account"]
    asked = {"execution_day": earliest_day(datetime.now(UTC)).isoformat()}
    run = (await operator.post("/payout-runs", asked, key=None)).json()
    assert (run["state"], run["count"], run["total"]) == ("proposed", 1, told["payable"][0]["amount"])
    problem(await operator.post("/payout-runs", asked, key=None), 409, "nothing-to-pay")
    path = f"/payout-runs/{run['id']}"
    problem(await operator.post(f"{path}/approve"), 403, "same-person")
    problem(await second.get(f"{path}/file.xml"), 409, "payout-file-missing")
    approved = await second.post(f"{path}/approve")
    assert approved.json()["state"] == "approved"
    assert (await second.post(f"{path}/approve")).json() == approved.json()
    problem(await operator.post(f"{path}/withdraw"), 409, "payout-run-decided")
    first, again = await operator.get(f"{path}/file.xml"), await second.get(f"{path}/file.xml")
    assert first.headers["content-type"] == "application/xml"
    assert f'"{run["number"]}.xml"' in first.headers["content-disposition"]
    assert first.content == again.content
    assert b"<IBAN>DE89370400440532013000</IBAN>" in first.content
    whole = (await operator.get(path)).json()
    assert [one["end_to_end_id"] for one in whole["payouts"]] == [f"{run['number']}-0001"]
    assert (await operator.get("/payout-runs")).json()["items"] == [approved.json()]


async def test_a_withdrawn_run_stays_in_the_list_and_what_it_held_waits_again(world: World, operator: Door) -> None:
    await a_month_settled(world, operator)
    before = (await operator.get("/payouts/waiting")).json()
    asked = {"execution_day": earliest_day(datetime.now(UTC)).isoformat()}
    for _ in range(3):
        run = (await operator.post("/payout-runs", asked, key=None)).json()
        assert (await operator.post(f"/payout-runs/{run['id']}/withdraw")).json()["state"] == "withdrawn"
    assert (await operator.get("/payouts/waiting")).json() == before
    whole, pages = await operator.every("/payout-runs", limit=2)
    assert pages == 2
    assert [one["number"][-1] for one in whole] == ["3", "2", "1"]
    far = {"execution_day": f"{TODAY + timedelta(days=800)}"}
    problem(await operator.post("/payout-runs", far, key=None), 422, "execution-day-too-far")
