"""What became of what was bought: as the API tells it, as letters and sheets hold it, as the books prove it."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from tests.journeys import buying_reading as reading
from tests.journeys import buying_steps as steps
from tests.journeys.buying_running import Running

EACH: Final = 5_000
"""Cents of each voucher."""


async def order_of(obole: Running, order: UUID) -> dict[str, Any]:
    """What the API tells of an order."""
    async with obole.api("operator") as operator:
        answer = await operator.get(f"/orders/{order}")
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


async def names_of(obole: Running, order: UUID) -> dict[str, str]:
    """Who receives a voucher of an order, and at which address."""
    async with obole.api("operator") as operator:
        answer = await operator.get(f"/orders/{order}/beneficiaries", params={"limit": 200})
    assert answer.status_code == 200, answer.text
    return {one["name"]: one["email"] for one in answer.json()["items"]}


async def all_good(obole: Running, links: dict[str, str], number: int) -> None:
    """Every code is another, and a till finds each of them good for all it is worth."""
    assert len(set(links.values())) == number
    async with obole.api("till") as till:
        assert await reading.valid(till, links.values()) == dict.fromkeys(links.values(), EACH)


def check_papers(papers: list[tuple[str, bytes]], whole: int, *totals: str) -> None:
    """Each paper bears the number and the total that the page says; together they are what was paid."""
    assert sum(cents_of(shown) for shown, _ in papers) == whole
    for (shown, paper), figure in zip(papers, totals, strict=True):
        number, words = steps.number_in(shown), reading.words_of(paper)
        assert shown.endswith(f"{number} · {figure}")
        assert f"N° {number}" in words
        assert figure in words


async def held_by(obole: Running, names: dict[str, str]) -> dict[str, str]:
    """By name, the link that the one letter to each person holds; its texts say the same."""
    found: dict[str, str] = {}
    for name, address in names.items():
        (letter,) = obole.mail.to(address)
        held = await asyncio.to_thread(reading.voucher_in, letter.message)
        assert f"Bonjour {name}," in held.plain
        assert held.link.startswith(f"{obole.address}/v/")
        assert held.link in held.plain
        assert held.link in held.html
        found[name] = held.link
    return found


def printed_for(pdf: bytes, names: dict[str, str]) -> dict[str, str]:
    """By name, the link on the sheet that says for whom it is; eight a page."""
    found: dict[str, str] = {}
    pages = list(reading.vouchers_on(pdf))
    assert [len(page) for page in pages] == [8] * 17 + [4]
    for page in pages:
        for words, link in page:
            (name,) = (name for name in names if f"Pour {name} 50,00 €" in words)
            assert name not in found
            found[name] = link
    return found


async def proved(obole: Running) -> None:
    """The books are as they must be, and every webhook was taken."""
    (audit,) = (await obole.command("audit"))["programmes"]
    assert audit["agrees"], audit
    await obole.stripe.quiet()
    assert {one["status"] for one in await obole.stripe.deliveries()} <= {200}


async def credit_of(obole: Running, name: str) -> int:
    """Cents that a buyer has paid in and no order has used."""
    async with obole.api("operator") as operator:
        answer = await operator.get("/buyers", params={"limit": 200})
    assert answer.status_code == 200, answer.text
    (credit,) = (one["credit"] for one in answer.json()["items"] if one["name"] == name)
    return int(credit)


def cents_of(shown: str) -> int:
    """The sum at the end of what a page says."""
    return int("".join(one for one in shown.rpartition("·")[2] if one.isdigit()))


def forget_memory(process: int) -> None:
    """Let the most memory count from now on: making the demonstration has hashed passwords, each in 64 MiB."""
    Path(f"/proc/{process}/clear_refs").write_text("5", encoding="ascii")


def highest_memory(process: int) -> int:
    """The most memory that a process has held at once, in bytes, as Linux tells it."""
    lines = Path(f"/proc/{process}/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM"))
