"""Papers of statements, kept as they were first handed out: the same bytes each time, whatever drew them since.

A statement is made of rows that never change, so another drawing would say the same. It would not be the same bytes:
programs that draw, and ours, change in ten years.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Final, Literal
from uuid import UUID

from sqlalchemy import Row, Uuid, bindparam, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from ledger.audit import Finding
from ledger.formats import Language
from merchants.settlements.queries import SettlementView, settlement
from merchants.settlements.seals import seals_of
from merchants.settlements.tables import StatementPaper
from merchants.tables import Settlement

Form = Literal["pdf", "csv", "xlsx"]

AT_ONCE: Final = 200
"""Settlements whose papers are proved at once."""


@dataclass(frozen=True, slots=True)
class Vouched:
    """A settlement of which a paper with this seal was handed out.

    :param agrees: whether the books say today what they said then
    """

    settlement: SettlementView
    agrees: bool


async def kept(session: AsyncSession, settlement_id: UUID, *, form: Form, language: Language) -> bytes | None:
    """The paper of a settlement's statement, if it was asked for before."""
    found = await session.execute(_KEPT, {"settlement": settlement_id, "form": form, "language": language})
    return found.scalar_one_or_none()


async def keep(
    session: AsyncSession,
    settlement_id: UUID,
    *,
    form: Form,
    language: Language,
    content: bytes,
    seal: str,
    at: datetime,
) -> bytes:
    """Keep a paper before it is handed out. If another one came first, that one is the paper.

    :param seal: what it says of itself
    :returns: what is to be handed out
    """
    written = insert(StatementPaper).values(
        settlement_id=settlement_id, form=form, language=language, content=content, digest=sha256(content).digest(),
        seal=seal, made_at=at,
    )  # fmt: skip
    await session.execute(written.on_conflict_do_nothing())
    found = await session.execute(_KEPT, {"settlement": settlement_id, "form": form, "language": language})
    return found.scalar_one()


async def vouched(session: AsyncSession, *, number: str, seal: str) -> Vouched | None:
    """The settlement of this number, if a paper with this seal was handed out for it; None says no more than no.

    Only then are the books read anew, so that who guesses makes little work.
    """
    handed_out = (
        select(Settlement.id)
        .join(StatementPaper, StatementPaper.settlement_id == Settlement.id)
        .where(Settlement.number == number, StatementPaper.seal == seal)
        .limit(1)
    )
    id_ = (await session.execute(handed_out)).scalar_one_or_none()
    if id_ is None:
        return None
    return Vouched(await settlement(session, id_), (await seals_of(session, [id_]))[id_] == seal)


async def paper_findings(session: AsyncSession) -> list[Finding]:
    """Papers whose bytes are not those that were handed out, or that say something else than the books."""
    seals = (await session.execute(_SEALS)).all()
    if not seals:
        return []
    findings = [
        Finding("paper", "settlement", id_, f"its {form} ({language}) is not what was handed out")
        for id_, form, language in await session.execute(_SPOILED)
    ]
    return findings + await _wrong_seals(session, seals)


async def _wrong_seals(session: AsyncSession, rows: Sequence[Row[UUID, str]]) -> list[Finding]:
    findings = []
    for start in range(0, len(rows), AT_ONCE):
        some = rows[start : start + AT_ONCE]
        now = await seals_of(session, [id_ for id_, _ in some])
        findings += [
            Finding("paper", "settlement", id_, f"a paper has the seal {said}, the books {now[id_]}")
            for id_, said in some
            if said != now[id_]
        ]
    return findings


_SEALS: Final = (
    select(StatementPaper.settlement_id, StatementPaper.seal)
    .distinct()
    .order_by(StatementPaper.settlement_id, StatementPaper.seal)
)
_SPOILED: Final = (
    select(StatementPaper.settlement_id, StatementPaper.form, StatementPaper.language)
    .where(StatementPaper.digest != func.sha256(StatementPaper.content))
    .order_by(StatementPaper.settlement_id, StatementPaper.form, StatementPaper.language)
)
_KEPT: Final = select(StatementPaper.content).where(
    StatementPaper.settlement_id == bindparam("settlement", type_=Uuid()),
    StatementPaper.form == bindparam("form"),
    StatementPaper.language == bindparam("language"),
)
