"""Prints ``problems.md``: every refusal, from the tables that the API answers by.

From the root of the repository: ``.venv/bin/python docs/reference/make_problems.py > docs/reference/problems.md``
"""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Iterator, Mapping

from api.errors import SAID, TYPE
from api.wording.of_doors import BROKEN, BUSY, REQUEST_MALFORMED
from api.wording.of_requests import REASONS
from api.wording.said import Said
from ledger.errors import Refusal
from merchants.shops import reasons

FLOORS = {
    "api": "The doors: keys, scopes, requests",
    "vouchers": "Vouchers, batches, buyers",
    "merchants": "Programmes, shops, settlements",
    "ledger": "The ledger",
}

PER_REASON = {"columns-missing", "file-unreadable", "file-too-large", "not-taken-here"}

TOP = f"""# Problems

Made by `docs/reference/make_problems.py` from the tables of `api/wording/` and `merchants/shops/reasons.py`; not to be
edited by hand. To make it again, from the root of the repository:

```sh
.venv/bin/python docs/reference/make_problems.py > docs/reference/problems.md
```

A refusal is answered as a problem (RFC 9457), `application/problem+json`. Its `type` is `{TYPE}` and the
name below, and never changes; `title` and `detail` are for people, in French or English by `Accept-Language`. The facts
are members of the problem: sums in whole cents, with `currency` beside them, days as `2026-10-31`. In the sentences
they stand in braces.

Under an `Idempotency-Key` the refusals of the work itself are kept and given again; those of the doors, of a code that
does not prove itself, and failures are not.
"""


def problems() -> Iterator[str]:
    """The whole page, line by line."""
    yield TOP
    for floor, title in FLOORS.items():
        yield f"## {title}\n"
        yield from table(
            ("name", "status", "facts", "French", "English"),
            (row(refusal, said) for refusal, said in by_name(SAID) if refusal.__module__.split(".")[0] == floor),
        )
    yield from beside_refusals()
    yield from of_fields()
    yield from of_lines()


def row(refusal: type[Refusal], said: Said) -> tuple[str, ...]:
    """One refusal."""
    facts = ", ".join(f"`{name}`" for name in inspect.signature(refusal).parameters)
    french, english = said.detail_fr, said.detail_en
    if refusal.name in PER_REASON:
        french, english = "*(une phrase par raison)*", "*(a sentence for each reason)*"
    return f"`{refusal.name}`", str(said.status.value), facts, told(said.title_fr, french), told(said.title_en, english)


def beside_refusals() -> Iterator[str]:
    """Problems that no refusal stands behind."""
    yield "## Requests that cannot be read, and failures\n"
    said = {"request-malformed": REQUEST_MALFORMED, "busy": BUSY, "internal-error": BROKEN}
    yield from table(
        ("name", "status", "French", "English"),
        (
            (f"`{name}`", str(one.status.value), told(one.title_fr, one.detail_fr), told(one.title_en, one.detail_en))
            for name, one in said.items()
        ),
    )
    yield (
        "`busy` carries `Retry-After`. A body over the limit is `request-too-large`, 413. What the framework refuses\n"
        "by itself is named for its status: `not-found`, `method-not-allowed`, `bad-request`.\n"
    )


def of_fields() -> Iterator[str]:
    """The reasons in the ``errors`` of ``request-malformed``."""
    yield "## Fields of a request\n"
    yield (
        "Each member of `errors` in `request-malformed` has a `pointer` (RFC 6901 into the body; for a parameter\n"
        "`/query/…`, `/path/…` or `/header/…`), a `code` and a `detail`. The input itself is never echoed.\n"
    )
    yield from table(("code", "French", "English"), ((f"`{code}`", *pair) for code, pair in REASONS.items()))


def of_lines() -> Iterator[str]:
    """The reasons in the ``errors`` of ``shop-fields-invalid`` and the ``bad`` of an import."""
    yield "## Fields of a shop, lines of an import\n"
    yield "The `code` in the `errors` of `shop-fields-invalid` and in the `bad` lines of an import.\n"
    yield from table(
        ("code", "French", "English"),
        ((f"`{code}`", said.fr, said.en) for code, said in reasons.SENTENCES.items()),
    )


def by_name(said: Mapping[type[Refusal], Said]) -> list[tuple[type[Refusal], Said]]:
    """Refusals in the order of their names."""
    return sorted(said.items(), key=lambda pair: pair[0].name)


def told(title: str, detail: str) -> str:
    """Title and sentence in one cell."""
    return f"**{title}.** {detail}"


def table(columns: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> Iterator[str]:
    """A table, followed by an empty line."""
    yield f"| {' | '.join(columns)} |"
    yield "|" + "---|" * len(columns)
    for cells in rows:
        escaped = (cell.replace("|", "\\|") for cell in cells)
        yield f"| {' | '.join(escaped)} |"
    yield ""


if __name__ == "__main__":
    print("\n".join(problems()).rstrip())
