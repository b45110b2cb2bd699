"""`obole audit` and `obole expire`: prove the books, and sweep what is over."""

from __future__ import annotations

import asyncio
from typing import Final

import typer
from rich.text import Text
from sqlalchemy.ext.asyncio import AsyncSession

from api import clock
from api.commands.door import REFUSED, SHORT
from api.commands.opening import NoProgramme, books, in_town
from api.commands.reading import Json, Slug
from api.commands.telling import as_json, bar, facts, money, note, out, say, table
from api.installation import Town, in_transaction
from ledger.audit import Audit
from vouchers import expiring, proofs, releasing

NO_FINDING: Final = "Every account, transfer, batch, redemption and settlement agrees."


def audit(slug: Slug = None, json: Json = False) -> None:
    """Prove the books: recompute everything from the transfers, and name what does not agree.

    All programmes, unless one is named. Exit code 1 if anything does not agree, 3 if the books agree but the bank
    holds less than is owed.
    """
    audits = asyncio.run(_audit(slug))
    if json:
        as_json({"programmes": [_report(one, found) for one, found in audits.items()]})
    else:
        for one, found in audits.items():
            _tell(one, found)
    if not all(found.agrees for found in audits.values()):
        raise typer.Exit(REFUSED)
    if not all(found.ring_fence.covered for found in audits.values()):
        raise typer.Exit(SHORT)


def expire(slug: Slug = None, json: Json = False) -> None:
    """Sweep now: release holds whose time is over, expire vouchers whose last day is over."""

    async def work(town: Town) -> dict[str, int]:
        released = expired = 0
        with bar("Sweeping"):
            while done := await in_transaction(town.sessions, _release):
                released += done
            while done := await in_transaction(town.sessions, _expire):
                expired += done
        return {"released_holds": released, "expired_vouchers": expired}

    swept = in_town(slug, work)
    if json:
        as_json(swept)
    else:
        say(f"{swept['expired_vouchers']:,} vouchers expired, {swept['released_holds']:,} holds released.")


async def _release(session: AsyncSession) -> int:
    return len(await releasing.time_out_due(session, at=await clock.now(session)))


async def _expire(session: AsyncSession) -> int:
    return await expiring.expire_due(session, at=await clock.now(session))


async def _audit(slug: str | None) -> dict[str, Audit]:
    async with books() as opened:
        towns = [await opened.town(slug)] if slug else await opened.all_towns()
        if not towns:
            raise NoProgramme
        with bar("Proving"):
            return {town.registered.slug: await _prove(town) for town in towns}


async def _prove(town: Town) -> Audit:
    """In one snapshot: the audit reads more than once, and the tills go on."""
    async with town.sessions.begin() as session:
        await session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
        return await proofs.audit(session)


def _tell(slug: str, found: Audit) -> None:
    fence = found.ring_fence
    short = "" if fence.covered else f"; {money(fence.short_by)} short"
    facts(
        slug,
        {
            "accounts": found.accounts,
            "transfers": found.transfers,
            "debits = credits" if found.debits == found.credits else "debits, credits": (
                money(found.debits)
                if found.debits == found.credits
                else f"{money(found.debits)} and {money(found.credits)}"
            ),
            "ring-fence": f"{money(fence.held)} held, {money(fence.owed)} owed{short}",
        },
    )
    if found.agrees:
        out().print(Text(NO_FINDING, style="green"))
    else:
        rows = [(one.proof, one.subject, one.id, one.detail) for one in found.findings]
        table(("proof", "what", "id", "does not agree"), rows)
        out().print(Text(f"{len(rows):,} things do not agree.", style="bold red"))
    if not fence.covered:
        note("The bank holds less than is owed: pay in what is missing before anything is paid out.")


def _report(slug: str, found: Audit) -> dict[str, object]:
    return {
        "programme": slug,
        "agrees": found.agrees,
        "accounts": found.accounts,
        "transfers": found.transfers,
        "debits": found.debits,
        "credits": found.credits,
        "ring_fence": {
            "held": found.ring_fence.held,
            "owed": found.ring_fence.owed,
            "short_by": found.ring_fence.short_by,
            "covered": found.ring_fence.covered,
        },
        "findings": found.findings,
    }
