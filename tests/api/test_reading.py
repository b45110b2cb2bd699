"""What is read: lists page by page, balances at past moments, proofs, papers, and the description of it all."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import Any, Final
from uuid import UUID

import pypdfium2 as pdfium
import pytest
from pydantic import BaseModel
from pypdf import PdfReader

from api.edge import HEADERS
from api.rest.types import Shown, Strict
from ledger.formats import shown_money
from ledger.money import Money
from tests.api.described import DESCRIPTION, GUARDED, OPERATIONS, Operation
from tests.api.given import PREFIX, Door, World, problem
from tests.api.lived import LAST_MONTH, THEN
from tests.scanner import scan

MONTHS: Final = [f"{LAST_MONTH:%Y-%m}", *(f"{LAST_MONTH.year - back}-{LAST_MONTH.month:02d}" for back in (1, 2))]

LISTS: Final = {
    "/keys": "newest first", "/shops": "oldest first", "/buyers": "oldest first", "/funders": "oldest first",
    "/batches": "newest first", "/batches/{batch}/vouchers": "oldest first", "/redemptions": "newest first",
    "/holds": "newest first", "/closings": "newest first", "/settlements": "by number", "/accounts": "oldest first",
    "/accounts/{buyer}/transfers": "oldest first", "/transfers": "newest first",
}  # fmt: skip


async def a_fuller_life(world: World) -> None:
    """At least three of everything that is listed."""
    operator, till = await world.door("operator"), await world.door("till")
    for name in ("Ville d'Aix", "Département"):
        await operator.client.post(PREFIX + "/funders", json={"name": name})
    await operator.client.post(PREFIX + "/buyers", json={"kind": "person", "name": "Ὀβολός Łódź"})
    for held in world.treiz.fresh[:2]:
        await till.post("/holds", {"code": held.code, "amount": 100})
        await till.redeem(held.code, 50)
    for month in MONTHS:
        assert (await operator.post("/closings", {"month": month})).status_code == 201


async def test_page_by_page_every_list_gives_everything_once_and_in_order(world: World, operator: Door) -> None:
    await a_fuller_life(world)
    for path, order in LISTS.items():
        address = path.format(**world.treiz.ids)
        whole, pages = await operator.every(address, limit=200)
        assert pages == 1
        assert len(whole) >= (2 if order == "by number" else 3), path
        for limit in (1, 2):
            items, pages = await operator.every(address, limit=limit)
            assert items == whole
            assert pages == -(-len(whole) // limit)
        told = [one["number" if order == "by number" else "id"] for one in whole]
        assert told == sorted(told, reverse=order == "newest first"), path


async def test_a_filter_stays_with_the_pages(world: World, operator: Door) -> None:
    await a_fuller_life(world)
    shop, batch = str(world.treiz.ids["shop"]), str(world.treiz.ids["buyer"])
    items, pages = await operator.every("/redemptions", shop=shop, limit=1)
    assert pages > 2
    assert {one["shop"] for one in items} == {shop}
    items, _ = await operator.every("/batches", buyer=batch, limit=1)
    assert {one["buyer"] for one in items} == {batch}
    items, _ = await operator.every("/accounts", kind="voucher", limit=5)
    assert {one["kind"] for one in items} == {"voucher"}
    items, _ = await operator.every("/shops", commune="Marseille", status="suspended")
    assert {one["status"] for one in items} == {"suspended"}


async def test_the_link_of_a_page_names_no_host(still: World) -> None:
    operator = await still.door("operator")
    link = (await operator.get("/accounts", limit=1)).headers["link"]
    assert re.fullmatch(r'</api/v1/accounts\?[^>]*>; rel="next"', link)
    assert "link" not in (await operator.get("/accounts", limit=200)).headers


async def test_what_is_written_between_two_pages_comes_neither_twice_nor_instead(world: World, operator: Door) -> None:
    till = await world.door("till")
    before, _ = await operator.every("/transfers", limit=200)
    first = await operator.get("/transfers", limit=5)
    await till.redeem(world.treiz.fresh[0].code, 100)
    rest, _ = await operator.every(first.links["next"]["url"])
    assert first.json()["items"] + rest == before


async def test_the_trial_balance_balances_now_and_at_every_past_moment(still: World) -> None:
    operator = await still.door("operator")
    now = (await operator.get("/trial-balance")).json()
    sums = []
    for days in (-1, 1, 8, 20, 60):
        moment = (THEN + timedelta(days=days)).isoformat()
        told = (await operator.get("/trial-balance", at=moment)).json()
        assert told["debits"] == told["credits"] == sum(line["debits"] for line in told["lines"])
        sums.append(told["debits"])
    assert sums[0] == 0
    assert sums == sorted(sums)
    assert sums[-1] == now["debits"]
    numbers = {line["kind"]: line["number"] for line in now["lines"]}
    assert numbers["bank"].startswith("512")
    assert numbers["voucher"].startswith("467")


async def test_an_account_tells_what_it_held_at_a_past_moment(still: World) -> None:
    operator, voucher = await still.door("operator"), still.treiz.vouchers["begun"].id
    held = {
        days: (await operator.get(f"/accounts/{voucher}", at=(THEN + timedelta(days=days)).isoformat())).json()
        for days in (-1, 1, 8)
    }
    assert [held[days]["balance"] for days in (-1, 1, 8)] == [0, 2_000, 750]
    now = (await operator.get(f"/accounts/{voucher}")).json()
    assert (now["balance"], now["credits"], now["debits"], now["currency"]) == (750, 2_000, 1_250, "EUR")
    transfers, _ = await operator.every(f"/accounts/{voucher}/transfers", limit=1)
    assert [(one["kind"], one["amount"]) for one in transfers] == [("issue", 2_000), ("redemption", 1_250)]
    one = (await operator.get(f"/transfers/{transfers[1]['id']}")).json()
    assert one == transfers[1]


async def test_the_proof_of_a_batch_accounts_for_every_cent(still: World) -> None:
    operator = await still.door("operator")
    proof = (await operator.get(f"/batches/{still.treiz.ids['batch']}/conservation")).json()
    assert proof["issued"] == 32_000
    came = proof["issued"] + proof["topped_up"] + proof["undone"] + proof["reinstated"]
    assert came == proof["left"] + proof["redeemed"] + proof["expired"]
    assert (proof["redeemed"], proof["undone"], proof["missing"]) == (3_750, 500, 0)
    vouchers, _ = await operator.every(f"/batches/{still.treiz.ids['batch']}/vouchers")
    assert sum(one["left"] for one in vouchers) == proof["left"]
    states = Counter(one["state"] for one in vouchers)
    assert states == {"active": 14, "spent": 1, "blocked": 1, "replaced": 1}


async def test_the_audit_agrees_and_names_what_a_superuser_changed(world: World, operator: Door) -> None:
    told = (await operator.get("/audit")).json()
    assert told["agrees"]
    assert told["debits"] == told["credits"]
    assert told["ring_fence"]["covered"]
    changed = world.treiz.ids["redemption"]
    await world.as_owner(
        "SET session_replication_role = replica",
        f"UPDATE transfers SET amount = amount + 1 WHERE id = '{changed}'",  # noqa: S608
    )
    found = (await operator.get("/audit")).json()
    assert not found["agrees"]
    assert str(changed) in json.dumps(found["findings"])


def text_of(pdf: bytes) -> str:
    """The text of a PDF, spaces made plain."""
    document = pdfium.PdfDocument(pdf)
    pages = [page.get_textpage().get_text_bounded() for page in document]
    return re.sub(r"[\s\u00a0\u202f]+", " ", " ".join(pages))


def scanned(pdf: bytes) -> Iterator[str]:
    """What a reader makes of the QR codes, at 150 dpi."""
    for page in pdfium.PdfDocument(pdf):
        picture = page.render(scale=150 / 72).to_pil().convert("L")
        yield from (one.text for one in scan(picture))


async def test_every_code_on_the_sheets_is_redeemed_as_scanned(world: World) -> None:
    buyer, till = await world.door("buyer"), await world.door("till")
    for layout in ("eight", "one"):
        sheets = await buyer.get(f"/batches/{world.treiz.ids['batch']}/sheets.pdf", layout=layout)
        assert sheets.headers["content-type"] == "application/pdf"
        links = list(scanned(sheets.content))
        vouchers, _ = await buyer.every(f"/batches/{world.treiz.ids['batch']}/vouchers")
        spendable = {one["id"] for one in vouchers if one["left"] and one["state"] == "active"}
        redeemed = set()
        for link in links:
            answer = await till.redeem(link, 1)
            if answer.status_code == 201:
                redeemed.add(answer.json()["voucher"])
            else:
                assert answer.json()["type"].endswith("voucher-blocked"), answer.text
        assert redeemed == spendable


async def test_the_sheet_of_one_voucher_tells_what_its_holder_needs(still: World) -> None:
    buyer, held = await still.door("buyer", language="fr"), still.treiz.fresh[0]
    sheet = await buyer.get(f"/vouchers/{held.id}/sheet.pdf")
    text = text_of(sheet.content)
    assert "20,00 €" in text
    assert held.code in text
    assert "Programme treiz" in text
    (link,) = scanned(sheet.content)
    assert link.endswith("/v/" + still.treiz.token_of(held.id))
    english = await (await still.door("buyer")).get(f"/vouchers/{held.id}/sheet.pdf")
    assert "€20.00" in text_of(english.content)


async def test_a_statement_adds_up_to_its_settlement_and_is_the_same_bytes_twice(world: World, operator: Door) -> None:
    assert (await operator.post("/closings", {"month": MONTHS[0]})).status_code == 201
    items, _ = await operator.every("/settlements")
    assert items
    french = await world.door("operator", language="fr")
    for one in items:
        path = f"/settlements/{one['id']}/statement.pdf"
        first, again = await french.get(path), await french.get(path)
        assert first.headers["content-type"] == "application/pdf"
        assert f'{one["number"]}.pdf"' in first.headers["content-disposition"]
        assert first.content == again.content
        sheet, workbook = [await french.get(path.replace(".pdf", form)) for form in (".csv", ".xlsx")]
        assert [one.headers["content-type"].split("/")[0] for one in (sheet, workbook)] == ["text", "application"]
        assert f'attachment; filename="{one["number"]}.xlsx"' == workbook.headers["content-disposition"]
        assert (await french.get(path.replace(".pdf", ".xlsx"))).content == workbook.content
        assert one["number"] in sheet.text
        text = text_of(first.content)
        for name in ("turnover", "commission", "vat", "paid"):
            assert re.sub(r"\s", " ", shown_money(Money(one[name]))) in text, name
        assert one["number"] in text
        assert one["paid"] + one["carried_forward"] == (
            one["turnover"] - one["commission"] - one["vat"] + one["brought_forward"]
        )
        spent, _ = await operator.every("/redemptions", shop=one["shop"])
        within = [two for two in spent if two["at"][:7] == MONTHS[0]]
        assert sum(two["amount"] for two in within) == one["redeemed"]
        for two in within:
            assert two["reference"] in text
    assert "Fournil Łódź" in text_of((await french.get(f"/settlements/{items[1]['id']}/statement.pdf")).content)


async def test_an_invoice_says_what_its_settlement_took_and_is_the_same_bytes_twice(
    world: World, operator: Door
) -> None:
    assert (await operator.post("/closings", {"month": MONTHS[0]})).status_code == 201
    items, _ = await operator.every("/settlements")
    for one in items:
        path = f"/settlements/{one['id']}/invoice"
        told = (await operator.get(path)).json()
        assert (told["kind"], told["net"], told["vat"], told["due"]) == ("invoice", one["commission"], one["vat"], 0)
        pdf, xml = await operator.get(f"{path}.pdf"), await operator.get(f"{path}.xml")
        assert (pdf.headers["content-type"], xml.headers["content-type"]) == ("application/pdf", "application/xml")
        assert f'{told["number"]}.pdf"' in pdf.headers["content-disposition"]
        assert (await operator.get(f"{path}.pdf")).content == pdf.content
        assert PdfReader(BytesIO(pdf.content)).attachments == {"factur-x.xml": [xml.content]}
        assert f">{told['gross'] / 100:.2f}</ram:GrandTotalAmount>".encode() in xml.content
    problem(await operator.get(f"/settlements/{world.treiz.ids['shop']}/invoice"), 404, "settlement-unknown")


async def test_alive_and_ready(still: World) -> None:
    nobody = await still.door(None)
    for path in ("/healthz", "/readyz"):
        answer = await nobody.client.get(path)
        assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


async def test_the_page_of_the_api_loads_nothing_from_elsewhere(still: World) -> None:
    nobody = await still.door(None)
    page = (await nobody.client.get("/docs")).text
    loaded = re.findall(r"""(?:src|href|url)\s*[=:]\s*['"]([^'"]+)""", page)
    assert len(loaded) >= 3
    for address in loaded:
        assert address.startswith("/")
        assert not address.startswith("//")
        assert (await nobody.client.get(address)).status_code == 200
    assert "://" not in page


async def test_every_answer_says_that_it_is_not_to_be_kept_nor_framed(still: World) -> None:
    nobody, operator = await still.door(None), await still.door("operator")
    answers = [
        await nobody.client.get("/healthz"), await nobody.client.get("/docs"), await nobody.client.get("/openapi.json"),
        await nobody.get("/shops"), await operator.get("/shops"), await operator.get("/nowhere"),
        await operator.client.post(PREFIX + "/funders", content=b"x" * 5_000_000),
        await operator.get(f"/vouchers/{still.treiz.fresh[0].id}/sheet.pdf"),
    ]  # fmt: skip
    assert {answer.status_code for answer in answers} == {200, 401, 404, 413}
    for answer in answers:
        for name, value in HEADERS.items():
            assert answer.headers[name] == value, answer.url


def test_every_operation_says_what_it_does() -> None:
    for one in OPERATIONS:
        assert one.told["summary"]
        assert one.told["description"].endswith((".", "?")), one
        assert one.told["operationId"]
    assert len({one.told["operationId"] for one in OPERATIONS}) == len(OPERATIONS)


@pytest.mark.parametrize("operation", [one for one in GUARDED if one.takes_key], ids=str)
def test_what_moves_money_documents_its_key(operation: Operation) -> None:
    (told,) = [one for one in operation.told["parameters"] if one["name"] == "Idempotency-Key"]
    assert told["required"]
    assert told["description"]
    assert told["schema"]["maxLength"] == 200
    assert operation.method == "POST"


def test_what_is_guarded_says_so_and_the_rest_does_not() -> None:
    for one in OPERATIONS:
        assert bool(one.told.get("security")) == (one in GUARDED), one
    (scheme,) = DESCRIPTION["components"]["securitySchemes"].values()
    assert (scheme["type"], scheme["scheme"]) == ("http", "bearer")


def models(kind: type[BaseModel]) -> Iterator[type[BaseModel]]:
    """All models of a kind."""
    for child in kind.__subclasses__():
        yield child
        yield from models(child)


def test_the_examples_of_the_description_are_taken_by_the_models_they_describe() -> None:
    shown = 0
    for model in {*models(Strict), *models(Shown)}:
        extra: Any = model.model_config.get("json_schema_extra")
        if not model.__module__.startswith("api.") or not isinstance(extra, dict):
            continue
        for example in extra["examples"]:
            model.model_validate_json(json.dumps(example))
            shown += 1
    assert shown >= 15


@pytest.mark.parametrize("operation", [one for one in GUARDED if one.body is not None], ids=str)
def test_every_body_is_closed_and_has_an_example(operation: Operation) -> None:
    assert operation.body is not None
    assert operation.body["additionalProperties"] is False
    assert operation.body["description"]
    if "examples" in operation.body:
        assert set(operation.body.get("required", [])) <= set(operation.example)
    else:
        pytest.fail("no example")


def test_amounts_stand_beside_their_currency() -> None:
    amounts = {"amount", "left", "face_value", "debits", "turnover", "paid", "credit", "issued", "held"}
    for name, schema in DESCRIPTION["components"]["schemas"].items():
        fields = set(schema.get("properties", {}))
        if fields & amounts and name != "TrialLineShown":
            assert "currency" in fields, name


async def test_ids_are_in_the_order_of_their_making(still: World) -> None:
    items, _ = await (await still.door("operator")).every("/transfers", limit=200)
    made = [UUID(one["id"]) for one in items]
    assert {one.version for one in made} == {7}
    assert datetime.fromtimestamp((made[0].int >> 80) / 1000, tz=UTC) <= datetime.now(UTC)
