"""Whoever asks, confirms, lets go, loses, replaces and photographs in any order: no cent moves, no code goes astray."""

from __future__ import annotations

from collections import Counter, defaultdict
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ledger.errors import Refusal
from ledger.money import Money
from tests.given import Town
from tests.thoroughness import examples
from tests.till import Paper
from tests.vouchers.holders.given import (
    ANNE,
    BORIS,
    ask_to_keep,
    confirm,
    keeper,
    let_go,
    lose,
    post,
    replace,
    with_money,
)

CARLA: Final = "carla@voisine.example"
PEOPLE: Final = (ANNE, BORIS, CARLA)
WHO: Final = st.sampled_from(PEOPLE)
NTH: Final = st.integers(0, 3)

STEPS: Final = st.one_of(
    st.tuples(st.just("photograph"), WHO),
    st.tuples(st.just("ask"), WHO),
    st.tuples(st.just("ask"), WHO),
    st.tuples(st.just("press"), NTH),
    st.tuples(st.just("press"), NTH),
    st.tuples(st.just("let_go"), WHO),
    st.tuples(st.just("lose"), WHO),
    st.tuples(st.just("change"), WHO),
    st.tuples(st.just("reissue"), WHO),
)


@dataclass(slots=True)
class Chain:
    """One voucher and those that took its place. ``seen`` are the codes that each person had in their hands."""

    town: Town
    papers: list[Paper]
    seen: dict[str, set[UUID]] = field(default_factory=lambda: defaultdict(set))
    links: list[str] = field(default_factory=list)
    happened: Counter[str] = field(default_factory=Counter)

    @property
    def alive(self) -> Paper:
        return self.papers[-1]

    async def photograph(self, who: str) -> None:
        """Somebody sees the code that is good now."""
        self.seen[who].add(self.alive.id)

    async def ask(self, who: str) -> None:
        """With the newest code that one has seen, good or dead."""
        known = [paper for paper in self.papers if paper.id in self.seen[who]]
        if known:
            with suppress(Refusal):
                self.happened["asked"] += await ask_to_keep(self.town, known[-1], who)
        self.links += [secret for secret, letter in (await post(self.town)).items() if letter.kind == "claim"]

    async def press(self, nth: int) -> None:
        if self.links:
            before = await keeper(self.town, self.alive)
            with suppress(Refusal):
                self.happened["kept"] += await confirm(self.town, self.links[nth % len(self.links)])
            assert before is None or await keeper(self.town, self.alive) == before

    async def let_go(self, who: str) -> None:
        with suppress(Refusal):
            await let_go(self.town, self.alive, who)
            self.happened["let go"] += 1

    async def lose(self, who: str) -> None:
        await lose(self.town, who)
        await post(self.town)

    async def change(self, who: str) -> None:
        """Whoever keeps it has its code changed, and is the one whom the new one is for."""
        with suppress(Refusal):
            await self._goes_on(await replace(self.town, self.alive, who), who)
            self.happened["changed"] += 1

    async def reissue(self, who: str) -> None:
        """The buyer has it replaced, and hands the new one to somebody."""
        await self._goes_on((await self.town.reissue(self.alive)).id, who)

    async def _goes_on(self, heir: UUID, who: str) -> None:
        self.papers.append(self.town.paper((await self.town.view(heir)).facts))
        self.seen[who].add(heir)

    async def check(self) -> None:
        """What each would be sent are codes they had before; nobody's is another's; every cent is on the last one."""
        sent = {who: set(await with_money(self.town, who)) for who in PEOPLE}
        mine = {paper.id for paper in self.papers}
        for who, found in sent.items():
            assert found & mine <= self.seen[who]
        assert sum(len(found & mine) for found in sent.values()) <= 1
        assert [await self.town.left_on(paper) for paper in self.papers] == [
            *[Money(0)] * (len(self.papers) - 1), Money.of("20,00"),
        ]  # fmt: skip


@given(steps=st.lists(STEPS, min_size=4, max_size=12))
@settings(max_examples=examples(8), suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
async def test_no_code_reaches_an_address_that_never_had_it(town: Town, steps: list) -> None:
    chain = Chain(town, [await town.voucher(worth="20,00 €")])
    await chain.photograph(ANNE)
    for step, asked in steps:
        await getattr(chain, step)(asked)
        await chain.check()
    assert (await town.audit()).agrees


async def test_the_steps_do_something(town: Town) -> None:
    """So that a machine that came to do nothing would not pass for a proof."""
    chain = Chain(town, [await town.voucher(worth="20,00 €")])
    await chain.photograph(ANNE)
    for step, asked in (
        ("ask", ANNE), ("press", 0), ("photograph", BORIS), ("ask", BORIS), ("change", BORIS), ("change", ANNE),
        ("let_go", ANNE), ("photograph", BORIS), ("ask", BORIS), ("press", 1), ("change", BORIS), ("reissue", ANNE),
        ("ask", ANNE), ("press", 2), ("lose", ANNE), ("lose", BORIS),
    ):  # fmt: skip
        await getattr(chain, step)(asked)
        await chain.check()
    assert chain.happened == {"asked": 3, "kept": 3, "let go": 1, "changed": 2}
    assert await keeper(town, chain.alive) == ANNE
