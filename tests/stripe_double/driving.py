"""To start and stop the double, and to tell it what to do."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Literal, Self

import httpx

from tests.speaking import a_client

_ROOT = Path(__file__).resolve().parents[2]
_START, _STOP, _ANSWER = 30.0, 5.0, 40.0

How = Literal["card", "declined", "sepa", "cancel"]


class Double:
    """The process. ``start`` and ``stop`` it, or use ``running``."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[str] | None = None
        self.address = ""

    def start(self) -> Self:
        """Start the process and wait, at most 30 s, until it says where it listens."""
        command = [sys.executable, "-m", "tests.stripe_double", "--port", "0", "--with-stdin"]
        self._process = subprocess.Popen(command, cwd=_ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        said: list[str] = []
        reader = threading.Thread(target=lambda: said.append(self._out().readline()), daemon=True)
        reader.start()
        reader.join(_START)
        if not said or not said[0]:
            self.stop()
            raise RuntimeError("the Stripe double did not start")
        self.address = json.loads(said[0])["address"]
        return self

    def stop(self) -> None:
        """End the process that ``start`` began, and no other."""
        if self._process is None:
            return
        process, self._process = self._process, None
        process.terminate()
        try:
            process.wait(_STOP)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(_STOP)
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                pipe.close()

    def _out(self) -> Any:
        assert self._process is not None
        return self._process.stdout

    @classmethod
    @asynccontextmanager
    async def running(cls) -> AsyncIterator[Self]:
        """A double for the time of a ``with``."""
        double = cls()
        await asyncio.to_thread(double.start)
        try:
            yield double
        finally:
            await asyncio.to_thread(double.stop)

    async def account(self, key: str | None = None) -> Account:
        """A new account at Stripe, with nothing in it; or the one that has this key."""
        account = Account(self.address, "")
        told = await account.ask("accounts", key=key)
        return Account(self.address, told["key"])


class Account:
    """An account at the double, and everything that may happen to it."""

    def __init__(self, address: str, key: str) -> None:
        self.address, self.key = address, key

    async def ask(self, deed: str, **facts: Any) -> Any:
        """Tell the double to do something. Fails loudly if it cannot."""
        headers = {"Authorization": f"Bearer {self.key}"} if self.key else {}
        async with a_client(timeout=_ANSWER) as client:
            answer = await client.post(f"{self.address}/_double/{deed}", json=facts, headers=headers)
        if answer.status_code != httpx.codes.OK:
            raise AssertionError(f"{deed}: {answer.text}")
        return answer.json()

    async def hear(self, url: str, *secrets: str, events: Sequence[str] | None = None) -> None:
        """Deliver events (all, or those types) to ``url``, signed with every one of ``secrets``."""
        await self.ask("hear", url=url, secrets=list(secrets), events=list(events) if events else None)

    async def hear_nothing(self) -> None:
        """Take every webhook away."""
        await self.ask("hear_nothing")

    async def pay(self, session: str, how: How = "card") -> str:
        """What a payer does on the page; where the browser is sent, empty where it stays."""
        return str(await self.ask("pay", session=session, how=how) or "")

    async def settle_sepa(self, intent: str, *, succeeds: bool = True) -> None:
        """A direct debit goes through, or comes back."""
        await self.ask("settle_sepa", intent=intent, succeeds=succeeds)

    async def delivery(self, mode: Literal["now", "hold", "lost", "swapped"], *, twice: bool = False) -> None:
        """How events travel from now on."""
        await self.ask("delivery", mode=mode, twice=twice)

    async def events(self, type: str | None = None) -> list[dict[str, Any]]:  # noqa: A002 the API's own word
        """Every event there was, oldest first, however it travelled."""
        return list(await self.ask("events", type=type))

    async def held(self) -> list[str]:
        """The ids of the events that wait to be released."""
        return list(await self.ask("held"))

    async def release(self, *events: str) -> None:
        """Deliver held events, these in this order, named once or more; or all as they came."""
        await self.ask("release", events=list(events))

    async def redeliver(self, event: str, *, at: int | None = None) -> int:
        """Deliver an event again at once, signed now or at ``at``; the HTTP status the webhook answered."""
        return int(await self.ask("redeliver", event=event, at=at))

    async def signed(self, event: str, *secrets: str, at: int | None = None) -> tuple[bytes, str]:
        """An event's body and its ``Stripe-Signature``."""
        told = await self.ask("signed", event=event, secrets=list(secrets), at=at)
        return told["body"].encode(), told["signature"]

    async def quiet(self) -> None:
        """Wait until no delivery is under way."""
        assert await self.ask("quiet")

    async def deliveries(self) -> list[dict[str, Any]]:
        """Every delivery so far: event, type, url, status (0: no answer)."""
        return list(await self.ask("deliveries"))

    async def requests(self) -> list[dict[str, Any]]:
        """Every request to the API so far: method, path, key, params, status (0: no answer)."""
        return list(await self.ask("requests"))

    async def fail_next(self, how: str | dict[str, Any], *, times: int = 1, path: str = "") -> None:
        """What befalls the next requests whose ``METHOD /path`` contains ``path``."""
        await self.ask("fail_next", how=how, times=times, path=path)

    async def dispute(
        self,
        intent: str,
        *,
        amount: int | None = None,
        reason: str = "fraudulent",
        inquiry: bool = False,
        days: int | None = 7,
    ) -> str:
        """A payer contests a payment, in whole or ``amount`` cents of it; the dispute's id.

        It may be answered for so many ``days``; if None, the bank takes no answer.
        """
        facts = {"intent": intent, "amount": amount, "reason": reason, "inquiry": inquiry, "days": days}
        return str(await self.ask("dispute", **facts))

    async def answer(self, dispute: str) -> None:
        """Evidence is sent in Stripe's dashboard."""
        await self.ask("answer", dispute=dispute)

    async def win(self, dispute: str) -> None:
        """The bank decides for us."""
        await self.ask("decide", dispute=dispute, won=True)

    async def lose(self, dispute: str) -> None:
        """The bank decides for the payer."""
        await self.ask("decide", dispute=dispute, won=False)

    async def refunds_start(self, status: Literal["succeeded", "pending"]) -> None:
        """How refunds begin from now on."""
        await self.ask("refunds_start", status=status)

    async def refund(self, intent: str, *, amount: int | None = None) -> str:
        """A refund made by hand in Stripe's dashboard; its id."""
        return str(await self.ask("refund", intent=intent, amount=amount))

    async def settle_refund(self, refund: str) -> None:
        """A pending refund arrives."""
        await self.ask("settle_refund", refund=refund)

    async def fail_refund(self, refund: str) -> None:
        """The payer's bank refuses a refund."""
        await self.ask("fail_refund", refund=refund)

    async def payout(self, amount: int | None = None) -> str:
        """Money sets out to the bank: everything available, or an amount; the payout's id."""
        return str(await self.ask("payout", amount=amount))

    async def payout_paid(self, payout: str) -> None:
        """The bank has it."""
        await self.ask("payout_paid", payout=payout)

    async def payout_failed(self, payout: str) -> None:
        """The bank sends it back."""
        await self.ask("payout_failed", payout=payout)

    async def advance(self, seconds: int) -> None:
        """Set the account's clock forward; signatures keep the real time."""
        await self.ask("advance", seconds=seconds)

    async def expire(self, session: str) -> None:
        """A payment page ends."""
        await self.ask("expire", session=session)

    async def charge_fee(self, cents: int) -> str:
        """Stripe takes a fee of its own; the movement's id."""
        return str(await self.ask("charge_fee", cents=cents))

    async def many_movements(self, number: int) -> None:
        """As many fees of one cent."""
        await self.ask("many_movements", number=number)
