"""What `obole run` and `obole demo` say: the address, who signs in and how, letters, keys, three commands to try."""

from __future__ import annotations

import json
import shlex
import shutil
import sys
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.text import Text

from api.commands.telling import ACCENT, out
from api.demo.giving_life import FILE, Demo

AMOUNT: Final = 1250
KEY: Final = "try-1"
WORD: Final = 19
"""Characters of the column of words."""

GREETED: Final = (
    ("buyer 1", "as a company"), ("shop", "as a shopkeeper"), ("operator", "as the operator"),
    ("accountant", "as the accountant"), ("manager", "as the town"),
)  # fmt: skip
"""Who is told how to sign in; the others are in the file."""

OPEN_TO_ALL: Final = (("offer", "Buy a voucher"), ("shops", "Find a shop"), ("join", "Join as a shop"))
"""Pages for which nobody signs in."""


def tell_address(address: str) -> None:
    """Where it is, and where its description is."""
    console = out()
    _line(console, Text())
    _line(console, Text.assemble("  Obole answers on ", (address, f"bold {ACCENT}")))


def tell_people(demo: Demo | None, address: str, *, outbox: bool) -> None:
    """Where to sign in, as whom, and where letters are read.

    :param outbox: whether letters are kept on this machine
    """
    console = out()
    if demo is not None and demo.people:
        _line(console, Text())
        _pair(console, "Sign in", Text(f"{address}/{demo.programme}/sign-in", style=ACCENT))
        for role, said in GREETED:
            if role in demo.people:  # a file of an earlier version names fewer
                _pair(console, f"  {said}", Text(demo.people[role]))
        _pair(console, "  password", Text.assemble((demo.password, "bold"), ("  for each of them", "dim")))
        _line(console, Text())
        for path, said in OPEN_TO_ALL:
            _pair(console, said, Text(f"{address}/{demo.programme}/{path}", style=ACCENT))
    if outbox:
        _pair(console, "Letters", Text.assemble((f"{address}/outbox", ACCENT), ("  they go no further", "dim")))
    _pair(console, "The API", Text.assemble((f"{address}/docs", ACCENT), ("  with examples", "dim")))


def tell_keys(demo: Demo, home: Path) -> None:
    """The keys of the demonstration."""
    console = out()
    _line(console, Text())
    _line(console, Text(f"Keys of the demonstration {demo.programme} (kept in {home / FILE}):", style="bold"))
    for role, key in demo.keys.items():
        _line(console, Text.assemble((f"  {role:<9}", ACCENT), key))


def tell_commands(demo: Demo, address: str) -> None:
    """Three commands that work as they are printed, and what else there is to do."""
    console, api = out(), f"{address}/api/v1"
    code = demo.codes[1]  # the README spends the first
    _line(console, Text())
    _line(console, Text("Three commands to try, in another terminal:", style="bold"))
    _command(console, "What is left on a voucher", _post(f"{api}/vouchers/look-up", demo.keys["till"], {"code": code}))
    spend = _post(f"{api}/redemptions", demo.keys["till"], {"code": code, "amount": AMOUNT}, idempotency=KEY)
    _command(console, "Redeem 12,50 € of it; asked twice, it is spent once", spend)
    paper = (f"curl -sS -o statement.pdf {api}/settlements/{demo.settlement}/statement.pdf", _bearer(demo.keys["shop"]))
    _command(console, "The shop's latest statement", paper)
    _line(console, Text())
    _line(console, Text.assemble(f"{demo.open_month} is over and not closed: ", (close_command(demo), "bold")))


def tell_farewell(home: Path) -> None:
    """How to stop, and that nothing is lost."""
    _line(out(), Text(f"Ctrl-C stops it; everything stays in {home}.", style="dim"))


def close_command(demo: Demo) -> str:
    """How to close the month that is left open, as this person calls `obole`."""
    called = sys.argv[0]
    if shutil.which(Path(called).name) == called:
        called = Path(called).name
    return f"{called} close --month {demo.open_month}"


def _post(url: str, key: str, body: dict[str, object], *, idempotency: str = "") -> tuple[str, ...]:
    once = (f"-H 'Idempotency-Key: {idempotency}'",) if idempotency else ()
    data = shlex.quote(json.dumps(body, ensure_ascii=False))
    return f"curl -sS {url}", _bearer(key), *once, "-H 'Content-Type: application/json'", f"-d {data}"


def _bearer(key: str) -> str:
    return f"-H 'Authorization: Bearer {key}'"


def _command(console: Console, what: str, lines: tuple[str, ...]) -> None:
    _line(console, Text())
    _line(console, Text(f"  # {what}", style=ACCENT))
    _line(console, Text("  " + " \\\n    ".join(lines)))


def _pair(console: Console, word: str, said: Text) -> None:
    _line(console, Text.assemble("  ", (f"{word:<{WORD}}", "dim" if word.startswith(" ") else "bold"), "  ", said))


def _line(console: Console, text: Text) -> None:
    console.print(text, soft_wrap=True, highlight=False)
