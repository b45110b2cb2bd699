"""The proofs by the API: all of them with their numbers, for who reads the books."""

from __future__ import annotations

from tests.api.given import World, problem
from vouchers.proving.everything import PROOFS


async def test_the_proofs_are_told_with_their_numbers_and_turn_red(world: World) -> None:
    operator = await world.door("operator")
    told = (await operator.get("/proofs")).json()
    assert [one["proof"] for one in told["proofs"]] == list(PROOFS)
    state = {one["proof"]: one["state"] for one in told["proofs"]}
    assert (state["ring-fence"], state["conservation"], state["trial-balance"]) == ("holds", "holds", "holds")
    fence = told["ring_fence"]
    held = fence["bank"] + fence["stripe"]
    owed = fence["vouchers"] + fence["shops"] + fence["funders"] + fence["payouts_in_transit"]
    audit = (await operator.get("/audit")).json()["ring_fence"]
    assert (held, owed) == (audit["held"], audit["owed"])
    sums = told["conservation"]["sums"]
    assert sums["left"] == fence["vouchers"]
    spent = sums["redeemed"] - sums["undone"] - sums["returned"]
    became = sums["left"] + spent + sums["expired"] - sums["reinstated"] + sums["refunded"]
    assert sums["issued"] + sums["topped_up"] == became
    assert [one["ceiling"] for one in told["gauges"]] == [100_000_000, 100_000_000]
    assert told["gauges"][0]["amount"] == fence["vouchers"]
    await world.as_owner(
        "SET session_replication_role = replica",
        "UPDATE accounts SET debits_posted = debits_posted + 1 WHERE kind = 'bank'",
    )
    red = (await operator.get("/proofs")).json()
    assert (red["state"], red["proofs"][2]) == (
        "broken", {"proof": "trial-balance", "state": "broken", "amount": 1, "count": None, "currency": "EUR"},
    )  # fmt: skip
    problem(await (await world.door("shop")).get("/proofs"), 403, "not-permitted")
