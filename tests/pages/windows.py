"""Browsers of several people without a screen, and the programme that they visit."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from html import unescape
from typing import Any, Final, TypeVar
from uuid import UUID, uuid4

import httpx
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from api import clock
from api.auth import links, offices, passwords, people
from api.auth.people import PersonView
from api.auth.permissions import Role
from api.tables import OneTimeLink
from tests.pages.given import Live
from vouchers import buyers

PASSWORD: Final = "quatre chevaux bleus au port"  # noqa: S105 - of nobody
OTHER: Final = "trois mouettes grises sur le quai"
COOKIE: Final = "__Host-obole-treiz"
Answer = TypeVar("Answer")


@dataclass(slots=True)
class Window:
    """A browser of one person without a screen: it keeps ``Secure`` cookies, which httpx keeps back over http."""

    client: httpx.AsyncClient
    cookies: dict[str, str] = field(default_factory=dict)

    async def get(self, path: str, *, language: str | None = None) -> httpx.Response:
        asked = {"accept-language": language} if language else {}
        return self._kept(await self.client.get(path, headers=self._cookie() | asked))

    async def post(self, path: str, data: Any = None, **headers: str) -> httpx.Response:
        return self._kept(await self.client.post(path, data=data or {}, headers={**self._cookie(), **headers}))

    async def signs_in(self, email: str, password: str = PASSWORD) -> httpx.Response:
        return await self.post("/treiz/sign-in", {"email": email, "password": password})

    async def is_in(self) -> bool:
        return (await self.get("/treiz/account")).status_code == 200

    @property
    def token(self) -> str:
        return self.cookies[COOKIE]

    def _cookie(self) -> dict[str, str]:
        return {"cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())} if self.cookies else {}

    def _kept(self, answer: httpx.Response) -> httpx.Response:
        for line in answer.headers.get_list("set-cookie"):
            name, _, value = line.partition(";")[0].partition("=")
            if "max-age=0" in line.lower():
                self.cookies.pop(name, None)
            else:
                self.cookies[name] = value
        return answer


@dataclass(slots=True)
class House:
    """A served programme, its people, and windows to it."""

    live: Live
    windows: AsyncExitStack
    company: UUID = field(default_factory=uuid4)

    async def do(self, work: Callable[[AsyncSession], Awaitable[Answer]]) -> Answer:
        async with (await self.live.town()).sessions.begin() as session:
            return await work(session)

    async def window(self, **headers: str) -> Window:
        return Window(await self.windows.enter_async_context(self.live.client(**headers)))

    async def person(self, name: str, *roles: Role, password: bool = True, of: UUID | None = None) -> PersonView:
        """Somebody with these offices, at ``<name>@savonnerie.example``."""
        kept = await passwords.hashed(PASSWORD) if password else None

        async def work(session: AsyncSession) -> PersonView:
            at = await clock.now(session)
            made = await people.register(
                session, email=f"{name}@savonnerie.example", name=name.title(), language="fr", at=at
            )
            for role in roles:
                subject = (of or self.company) if role == "buyer" else None
                await offices.give(session, person=made.id, role=role, subject=subject, by="test", at=at)
            if kept is not None:
                await passwords.keep(session, made.id, kept)
            return made

        return await self.do(work)

    async def in_window(self, name: str, *roles: Role, of: UUID | None = None) -> Window:
        """Somebody new who has just signed in."""
        person, window = await self.person(name, *roles, of=of), await self.window()
        assert (await window.signs_in(person.email)).status_code == 303
        return window

    async def new_company(self, name: str) -> UUID:
        async def work(session: AsyncSession) -> UUID:
            new = buyers.NewBuyer("company", name)
            return (await buyers.register_buyer(session, new, at=await clock.now(session))).id

        return await self.do(work)

    async def link(self, person: UUID) -> str:
        async def work(session: AsyncSession) -> str:
            return await links.link_for(session, person, "sign_in", await clock.now(session))

        return "/treiz" + await self.do(work)

    async def links_made(self) -> list[UUID | None]:
        """For whom links were made, once the jobs of what was committed are done."""
        await self.live.work()
        return await self.do(_links_made)


@asynccontextmanager
async def a_house(live: Live) -> AsyncIterator[House]:
    """A programme with one company in it and nobody yet."""
    async with AsyncExitStack() as windows:
        house = House(live, windows)
        house.company = await house.new_company("Savonnerie du Port")
        yield house


def fault(answer: httpx.Response, status: int = 422) -> str:
    """What is said of a form that came back."""
    assert answer.status_code == status, answer.text[:300]
    found = re.search(r'<div class="summary".*?<ul>(.*?)</ul>', answer.text, re.DOTALL)
    assert found
    return unescape(re.sub(r"<[^>]+>|\s+", " ", found[1])).strip()


async def _links_made(session: AsyncSession) -> list[UUID | None]:
    return list((await session.execute(select(OneTimeLink.person_id))).scalars())
