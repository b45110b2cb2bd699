"""Whether a statement on paper is what the books say: anybody who holds one types its number and its seal.

Who has not got the paper learns nothing here: a seal has a hundred bits, and any other one is answered alike, whether
there is a statement of that number or not.
"""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import APIRouter, Query, Request, Response

from api.pages.forms import Form
from api.pages.place import CurrentPlace
from api.pages.rendering import page
from api.pages.speaking import language_for
from merchants.settlements import papers, seals

router = APIRouter(include_in_schema=False)

LONGEST: Final = 80
"""Characters: more than a number or a seal with its spaces has."""


@router.get("/{slug:slug}/seal")
async def seal(
    request: Request,
    place: CurrentPlace,
    *,
    number: Annotated[str, Query(max_length=LONGEST)] = "",
    seal: Annotated[str, Query(max_length=LONGEST)] = "",
) -> Response:
    """Where a seal is checked, and what came of it."""
    asked = bool(number.strip() or seal.strip())
    form = Form(language_for(request), typed={"number": [number], "seal": [seal]}, sent=asked)
    found = None
    if asked:
        form.text("number", most=LONGEST)
        form.text("seal", most=LONGEST)
    if asked and form.valid:
        of = "".join(one for one in number.upper() if one.isascii() and (one.isalnum() or one == "-"))
        printed = seals.as_printed(seal)
        if printed is not None:
            async with place.town.sessions.begin() as session:
                found = await papers.vouched(session, number=of, seal=printed)
    return page(
        request, "seal.html", status=200 if form.valid else 422, form=form, asked=asked and form.valid, found=found
    )
