"""The bank's statements by API: read once, listed page by page, for whoever records money."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from merchants import programme
from tests.api.given import PREFIX, Door, World, problem
from tests.given import TERMS
from tests.merchants.bank.given import ACCOUNT, document, entry, statement

XML = {"content-type": "application/xml"}


async def test_a_statement_is_read_once_and_its_lines_are_listed(world: World, operator: Door) -> None:
    content = document(
        statement(entry("5.00"), entry("1.00", way="DBIT"), entry("2.00", currency="USD"), closing="1004.00"),
        statement(number="S-2"),
    )
    refused = await operator.client.post(PREFIX + "/bank/statements", content=content, headers=XML)
    assert problem(refused, 422, "bank-account-not-ours")["masked"] == "FR76 •••• •••• 0189"
    async with (await world.town()).sessions.begin() as session:
        await programme.set_terms(session, replace(TERMS, iban=ACCOUNT), effective_from=date(2030, 1, 1))
    first, again = [
        await operator.client.post(PREFIX + "/bank/statements", content=content, headers=XML) for _ in range(2)
    ]
    assert (first.status_code, again.status_code) == (201, 201)
    told, second = first.json()["statements"]
    assert [(one["before"], one["adds_up"]) for one in (told, second)] == [(False, True), (False, True)]
    assert told["lines"] == {"recorded": 0, "queued": 2, "explained": 0, "skipped": 0, "refused": 1}
    assert (told["account"], told["opening"], told["moved"]) == ("FR76 •••• •••• 0189", 100_000, 400)
    assert [one["before"] for one in again.json()["statements"]] == [True, True]
    statements, _ = await operator.every("/bank/statements", limit=1)
    assert [one["number"] for one in statements] == ["S-2", "S-1"]
    lines, _ = await operator.every("/bank/entries", limit=1)
    assert [(one["state"], one["why"], one["amount"], one["written"]) for one in lines] == [
        ("queued", "unreferenced", 500, "5.00 EUR"), ("queued", "debit", 100, "1.00 EUR"),
        ("refused", "currency", None, "2.00 USD"),
    ]  # fmt: skip
    waiting, _ = await operator.every("/bank/entries", state="queued", statement=told["id"])
    assert waiting == lines[:2]
    assert (await operator.get("/bank/entries", statement=second["id"])).json()["items"] == []
    broken = await operator.client.post(PREFIX + "/bank/statements", content=content[:-5], headers=XML)
    assert problem(broken, 422, "bank-file-broken")["line"] == 2
