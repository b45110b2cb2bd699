"""The types of the JSON that comes in and goes out: strict, bounded, and described with real examples."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Coroutine, Sequence
from datetime import date, datetime
from http import HTTPStatus
from typing import Annotated, Any, Final, Generic, Literal, TypeVar
from uuid import UUID

from fastapi import HTTPException, Query, Request, Response
from fastapi.routing import APIRoute
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field
from pydantic_core import PydanticCustomError

from ledger.days import FIRST_YEAR, LAST_YEAR
from ledger.money import BIGINT_MAX

MOST_CENTS: Final = 100_000_000_00
"""A hundred million euros: more than any programme of this kind moves at once."""

MOST_A_PAGE: Final = 200
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)

PDF: Final[dict[int | str, dict[str, Any]]] = {200: {"content": {"application/pdf": {}}}}
"""How the API's description says that a route answers a PDF."""

XML: Final[dict[int | str, dict[str, Any]]] = {200: {"content": {"application/xml": {}}}}
"""The same of XML."""
CSV: Final[dict[int | str, dict[str, Any]]] = {200: {"content": {"text/csv": {}}}}
XLSX: Final[dict[int | str, dict[str, Any]]] = {
    200: {"content": {"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": {}}}
}

Item = TypeVar("Item")
Row = TypeVar("Row")


def _clean(text: str) -> str:
    if _CONTROL.search(text):
        raise PydanticCustomError("text_unclean", "holds a control character")
    if not (stripped := text.strip()):
        raise PydanticCustomError("string_too_short", "holds nothing but spaces")
    return stripped


def _id(given: object) -> object:
    if isinstance(given, str):
        try:
            return UUID(given)
        except ValueError:
            raise PydanticCustomError("uuid_parsing", "is not a UUID") from None
    return given


def _day(given: object) -> object:
    """A day as it is written, within the years that periods take: what is computed from it stays in the calendar."""
    if isinstance(given, date) and not isinstance(given, datetime):
        return given
    if isinstance(given, str) and _DAY.fullmatch(given):
        try:
            day = date.fromisoformat(given)
        except ValueError:
            raise PydanticCustomError("date_parsing", "is not a day of the calendar") from None
        if FIRST_YEAR <= day.year <= LAST_YEAR:
            return day
        raise PydanticCustomError("day_too_far", "is not of these centuries")
    raise PydanticCustomError("date_parsing", "is not a day such as 2026-10-31")


class Strict(BaseModel):
    """What comes in: nothing is coerced, nothing unknown is taken."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, hide_input_in_errors=True)


class Shown(BaseModel):
    """What goes out."""

    model_config = ConfigDict(frozen=True)


class NameRepeated(HTTPException):
    """A JSON object that holds one name twice: which of the two counts would be anybody's guess (RFC 8259, 4)."""

    def __init__(self, name: str) -> None:
        super().__init__(HTTPStatus.UNPROCESSABLE_ENTITY)
        self.name = name


class StrictRequest(Request):
    """A request whose JSON holds each name once."""

    async def json(self) -> Any:
        """The body.

        :raises NameRepeated:
        """
        if not hasattr(self, "_json"):
            self._json = json.loads(await self.body(), object_pairs_hook=_each_once)
        return self._json


class StrictRoute(APIRoute):
    """A route that takes such requests only."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """What answers a request."""
        answer = super().get_route_handler()

        async def strictly(request: Request) -> Response:
            return await answer(StrictRequest(request.scope, request.receive))

        return strictly


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) < len(pairs):
        raise NameRepeated(Counter(name for name, _ in pairs).most_common(1)[0][0])
    return made


Line = Annotated[str, Field(min_length=1, max_length=200), AfterValidator(_clean)]
Sought = Annotated[str | None, Query(max_length=200), AfterValidator(lambda text: text and _clean(text))]
Reason = Annotated[str, Field(min_length=1, max_length=500, examples=["Wrong amount typed"]), AfterValidator(_clean)]
Message = Annotated[str, Field(min_length=1, max_length=300, examples=["Joyeux Noël !"]), AfterValidator(_clean)]
Id = Annotated[UUID, BeforeValidator(_id)]
Day = Annotated[date, BeforeValidator(_day), Field(examples=["2027-12-31"])]
Cents = Annotated[int, Field(gt=0, le=MOST_CENTS, examples=[1250], description="whole cents")]
Currency = Annotated[Literal["EUR"], Field(examples=["EUR"])]
Code = Annotated[
    str,
    Field(
        min_length=1,
        max_length=2_000,
        examples=["7K3M-9QWX-2R8T-VB5H"],
        description="as scanned or typed: the link of the QR code, its token, or the code under it",
    ),
]
Signed = Annotated[int, Field(ge=-BIGINT_MAX, le=BIGINT_MAX, examples=[1250], description="whole cents")]
Place = Annotated[int, Query(ge=0, le=BIGINT_MAX, description="the cursor of the page before, from its Link header")]
Limit = Annotated[int, Query(ge=1, le=MOST_A_PAGE, description="how many at most")]
After = Annotated[UUID | None, Query(description="the cursor of the page before, from its Link header")]


class Page(Shown, Generic[Item]):
    """One page. The next one is named by the ``Link`` header (RFC 8288), if there is one."""

    items: list[Item]


def page(
    request: Request,
    response: Response,
    rows: Sequence[Row],
    *,
    limit: int,
    cursor: Callable[[Row], object],
    show: Callable[[Row], Item],
) -> Page[Item]:
    """One page of ``rows``, of which one more than ``limit`` was read to know whether there is a next one."""
    if len(rows) > limit:
        url = request.url.include_query_params(after=cursor(rows[limit - 1]), limit=limit)
        target = url.path + (f"?{url.query}" if url.query else "")
        response.headers["Link"] = f'<{target}>; rel="next"'
    return Page(items=[show(row) for row in rows[:limit]])


def example(**shown: Any) -> ConfigDict:
    """The example of a model in the API's description."""
    return ConfigDict(json_schema_extra={"examples": [shown]})
