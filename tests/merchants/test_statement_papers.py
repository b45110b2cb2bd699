"""What a shop was handed stays what it is: frozen facts, kept bytes, and a seal that tells when the books differ."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import date
from typing import Any, Final, get_args
from uuid import UUID

import pytest

from api.installation import Town as Served
from api.statements import statement_file
from ledger.database import Sessions
from ledger.days import Period
from ledger.formats import Language
from merchants.registry import Registered
from merchants.settlements import papers
from merchants.settlements.papers import Form
from merchants.settlements.queries import SettlementView
from merchants.settlements.seals import seals_of
from tests.given import TERMS, Paper, Town, paris
from tests.ledger.given import by_hand
from tests.merchants.given import bytes_of
from vouchers.redeeming import Receipt

LANGUAGES: Final[tuple[Language, ...]] = ("fr", "en")
BASE: Final = "https://bons.ville.example"


@pytest.fixture
async def kept(town: Town, voucher: Paper) -> Receipt:
    """A redemption of October."""
    return await town.till.redeem(voucher, "10,00")


@pytest.fixture
async def settlement(town: Town, kept: Receipt) -> SettlementView:
    """October, closed: a redemption, another one undone."""
    town.at = paris("2026-10-20T09:00")
    await town.undo(await town.till.redeem(await town.voucher(), "5,00"))
    town.at = paris("2026-11-03T09:00")
    (found,) = await town.settlements(await town.close(Period.month("2026-10")))
    return found


def served(town: Town) -> Served:
    return Served(Registered(town.programme, "treiz", "p_treiz", town.at), town.sessions, town.keys)


async def the_file(
    town: Town, settlement: SettlementView, *, form: Form = "csv", language: Language = "fr", base_url: str = BASE
) -> bytes:
    return await statement_file(served(town), settlement.id, form=form, language=language, base_url=base_url)


async def handed_out(
    town: Town, settlement: SettlementView, *, base_url: str = BASE
) -> dict[tuple[Form, Language], bytes]:
    """Its papers in every form and language."""
    return {
        (form, language): await statement_file(
            served(town), settlement.id, form=form, language=language, base_url=base_url
        )
        for form in get_args(Form)
        for language in LANGUAGES
    }


async def change_everything(town: Town, owner: Sessions) -> None:
    """Everything that a statement says and that may be another thing tomorrow."""
    shops = "name = 'Autre', iban = 'DE89370400440532013000', naf = '10.71C', street = 'Ailleurs', vat_number = NULL"
    await by_hand(owner, f"UPDATE shops SET {shops}", "UPDATE tills SET label = 'Renommée'")  # noqa: S608
    await town.set_terms(replace(TERMS, name="Autrement", commission_bp=0, vat_rate_bp=0), since=date(2026, 11, 1))


async def seal_of(town: Town, settlement: UUID) -> str:
    return (await town.do(lambda session: seals_of(session, [settlement])))[settlement]


async def test_it_is_drawn_to_the_same_bytes_though_shop_till_account_and_terms_change(
    town: Town, settlement: SettlementView, owner: Sessions
) -> None:
    drawn = [bytes_of(await town.statement(settlement), language) for language in LANGUAGES]
    await change_everything(town, owner)
    again = await town.statement(settlement)
    assert {line.till for line in again.lines} == {"Caisse 1"}
    assert [bytes_of(again, language) for language in LANGUAGES] == drawn
    assert (await town.audit()).agrees


async def test_it_is_the_same_bytes_in_every_form_though_it_would_be_drawn_otherwise(
    town: Town, settlement: SettlementView, owner: Sessions
) -> None:
    first = await handed_out(town, settlement)
    await change_everything(town, owner)
    assert await handed_out(town, settlement, base_url="https://elsewhere.example") == first  # another address on it
    assert len(set(first.values())) == 6
    assert first["pdf", "fr"].startswith(b"%PDF")
    assert first["csv", "fr"].startswith(b"\xef\xbb\xbfRelev\xc3\xa9 de r\xc3\xa8glement;TREIZ-2026-000001\r\n")
    assert (await town.audit()).agrees


async def test_two_who_ask_at_once_are_handed_the_same(town: Town, settlement: SettlementView) -> None:
    async def ask() -> bytes:
        return await the_file(town, settlement, form="xlsx")

    assert len(set(await asyncio.gather(*[ask() for _ in range(4)]))) == 1
    rivals = [b"one", b"other"]
    keeping = [
        await town.do(
            lambda session, content=content: papers.keep(
                session, settlement.id, form="pdf", language="fr", content=content, seal="S", at=town.at
            )
        )
        for content in rivals
    ]
    assert keeping == [b"one", b"one"]


async def test_a_settlement_made_before_labels_were_kept_has_those_of_today(
    town: Town, settlement: SettlementView, owner: Sessions
) -> None:
    await by_hand(owner, "UPDATE settlements SET parties = parties - 'tills'")
    assert {line.till for line in (await town.statement(settlement)).lines} == {"Caisse 1"}


async def test_a_seal_vouches_for_its_number_and_no_other(town: Town, settlement: SettlementView) -> None:
    seal = await seal_of(town, settlement.id)

    async def vouched(number: str, typed: str) -> papers.Vouched | None:
        return await town.do(lambda session: papers.vouched(session, number=number, seal=typed))

    assert await vouched(settlement.number, seal) is None  # nothing was handed out yet
    await the_file(town, settlement)
    assert (await town.statement(settlement)).seal == seal
    assert await vouched(settlement.number, seal) == papers.Vouched(settlement, agrees=True)
    assert await vouched("TREIZ-2026-000002", seal) is None
    assert await vouched(settlement.number, seal[::-1]) is None


SPOILED: Final = [
    "UPDATE settlements SET paid = paid + 1, turnover = turnover + 1, redeemed = redeemed + 1",
    "UPDATE settlements SET parties = jsonb_set(parties, '{shop,name}', '\"Autre\"')",
    "UPDATE closings SET first_day = first_day + 1",
    "UPDATE transfers SET effective_at = effective_at + interval '1 hour' WHERE id = :kept",
    "UPDATE transfers SET amount = amount + 1 WHERE id = :kept",
    "DELETE FROM settlement_lines WHERE transfer_id = :kept",
]


@pytest.mark.parametrize("change", SPOILED)
async def test_what_a_superuser_changes_under_a_paper_shows_by_its_seal(
    town: Town, settlement: SettlementView, kept: Receipt, owner: Sessions, change: str
) -> None:
    await the_file(town, settlement)
    seal = await seal_of(town, settlement.id)
    values: dict[str, Any] = {"kept": kept.redemption} if ":kept" in change else {}
    await by_hand(owner, change, **values)
    assert await seal_of(town, settlement.id) != seal
    found = await town.do(lambda session: papers.vouched(session, number=settlement.number, seal=seal))
    assert found is not None
    assert not found.agrees
    assert ("paper", settlement.id) in {(one.proof, one.id) for one in await town.do(papers.paper_findings)}


async def test_a_paper_whose_bytes_are_spoiled_is_named(
    town: Town, settlement: SettlementView, owner: Sessions
) -> None:
    await the_file(town, settlement)
    await by_hand(owner, "UPDATE statement_papers SET content = content || '\\x00'")
    details = [one.detail for one in (await town.audit()).findings]
    assert details == ["its csv (fr) is not what was handed out"]
