"""`obole`, as a person or a script types it."""

from __future__ import annotations

import asyncio
import csv
import io
import json
import os
import re
import subprocess
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pypdfium2 as pdfium
import pytest
from click.testing import Result
from sqlalchemy import URL, text
from typer.testing import CliRunner

from api.cli import app
from api.engines import Database, owner_engine
from tests import databases, fec_reader
from tests.api.given import SHOPS_FILE
from tests.api.lived import LAST_MONTH, SECRETS, Life, Lived
from tests.scanner import scan

FOUNDING: Final = (
    "programme", "create", "lyon", "--name", "Lyon Fidèle", "--legal-name", "CCI Lyon", "--siren", "181300013",
    "--street", "1 place de la Bourse", "--postcode", "69002", "--commune", "Lyon", "--contact", "bonjour@lyon.example",
)  # fmt: skip
NAMELESS_TRADE: Final = [
    (1300, "naf", "naf-missing"),
    (1341, "postcode", "postcode-unknown"),
    (1342, "postcode", "postcode-unknown"),
    (1355, "naf", "naf-missing"),
]
"""What is wrong in the real extract itself."""

COLUMNS: Final = {"siret": "siret", "postcode": "codePostalEtablissement", "naf": "activitePrincipaleEtablissement"}


@dataclass(slots=True)
class Terminal:
    """Where commands are typed."""

    database: Database
    treiz: Life
    environment: dict[str, str]

    async def type(self, *words: object, exits: int = 0, typed: str | None = None) -> Result:
        """Type a command; it must end as told."""
        runner, line = CliRunner(), [str(word) for word in words]
        done = await asyncio.to_thread(runner.invoke, app, line, env=self.environment, input=typed)
        assert done.exit_code == exits, (done.exit_code, done.output, done.exception)
        return done

    async def json(self, *words: object, exits: int = 0) -> Any:
        """Type a command with ``--json``, and read what it answers."""
        return json.loads((await self.type(*words, "--json", exits=exits)).stdout)

    async def count(self, table: str) -> int:
        """How many rows there are."""
        async with owner_engine(self.database) as engine, engine.connect() as connection:
            return int((await connection.execute(text(f"SELECT count(*) FROM {table}"))).scalar_one())  # noqa: S608


@pytest.fixture
async def terminal(cluster: URL, lived: Lived, tmp_path: Path) -> AsyncIterator[Terminal]:
    """A terminal at a database in which two programmes have lived."""
    async with databases.new_database(cluster, template=lived.template) as database:
        told = {
            "OBOLE_HOME": str(tmp_path), "OBOLE_SECRETS": SECRETS, "LC_ALL": "en_US.UTF-8",
            "OBOLE_DATABASE_URL": database.owner.render_as_string(hide_password=False),
        }  # fmt: skip
        yield Terminal(database, lived.treiz, told)


async def test_a_programme_from_its_founding_to_its_first_redemption(terminal: Terminal, tmp_path: Path) -> None:
    await terminal.type(*FOUNDING)
    lyon = ("--programme", "lyon")
    assert "Lyon Fidèle" in (await terminal.type("programme", "show", *lyon)).stdout
    imported = await terminal.json("shops", "import", SHOPS_FILE, "--good-lines", *lyon)
    assert [(one["line"], one["field"], one["code"]) for one in imported["bad"]] == NAMELESS_TRADE
    assert imported["imported"] == imported["good_lines"] > 1_000
    shop = (await terminal.json("shops", "list", "--limit", 1, *lyon))[0]
    await terminal.type("shops", "accept", shop["siret"], *lyon)
    online = ("--label", "Site", "--with-key", "--scope", "holds:write", "--scope", "redemptions:return")
    assert (await terminal.json("till", "open", shop["siret"], *online, *lyon))["key"].startswith("ob_lyon_till_")
    (key,) = await terminal.json("key", "list", *lyon)
    assert key["scopes"] == ["holds:write", "redemptions:return"]
    till = (await terminal.json("till", "open", shop["siret"], *lyon))["till"]
    buyer = await terminal.json("buyer", "add", "Savonnerie", *lyon)
    await terminal.type("buyer", "paid", buyer["id"], "100,00", *lyon)
    issue = ("batch", "issue", "--buyer", buyer["id"], "--value", "20,00", "--quantity")
    short = await terminal.type(*issue, 6, *lyon, exits=1)
    assert "Batch not paid" in short.stderr
    assert "Traceback" not in short.output
    batch = await terminal.json(*issue, 5, *lyon)
    sheet = tmp_path / "sheet.pdf"
    await terminal.type("batch", "sheet", batch["id"], "-o", sheet, *lyon)
    links = [one.text for page in pdfium.PdfDocument(sheet) for one in scan(page.render(scale=2).to_pil())]
    assert len(links) == 5
    redeem = ("redeem", links[0], "12,50", "--till", till["id"], "--key", "first")
    told = await terminal.type(*redeem, *lyon)
    assert "OK, €12.50 redeemed, €7.50 left" in told.stdout
    assert (await terminal.type(*redeem, *lyon)).stdout == told.stdout
    receipt = await terminal.json(*redeem, *lyon)
    assert (receipt["amount"], receipt["left"]) == (1_250, 750)
    refused = await terminal.type("redeem", links[0], "7,51", "--till", till["id"], *lyon, exits=1)
    assert "€7.50" in refused.stderr
    proved = await terminal.json("audit", *lyon)
    assert proved["programmes"][0]["agrees"]


async def test_a_code_may_come_by_standard_input_and_is_not_said_again(terminal: Terminal) -> None:
    code, till = terminal.treiz.fresh[0].code, terminal.treiz.ids["till"]
    asked = ("redeem", "-", "1,00", "--till", till, "--programme", "treiz")
    told = await terminal.type(*asked, typed=code + "\n")
    assert code not in told.output
    wrong = await terminal.type("redeem", "nonsense", "1,00", "--till", till, "--programme", "treiz", exits=1)
    assert "not recognised" in wrong.stderr
    assert wrong.stdout == ""


async def test_french_is_spoken_to_the_french(terminal: Terminal) -> None:
    terminal.environment["LC_ALL"] = "fr_FR.UTF-8"
    asked = (
        "redeem",
        terminal.treiz.fresh[0].code,
        "12,50",
        "--till",
        terminal.treiz.ids["till"],
        "--programme",
        "treiz",
    )
    assert "OK, 12,50\u00a0€ encaissés, reste 7,50\u00a0€" in (await terminal.type(*asked)).stdout
    refused = (await terminal.type(*asked, exits=1)).stderr
    assert "Il reste 7,50 €" in refused.replace("\u00a0", " ")


async def test_a_month_is_closed_once_and_each_shop_has_its_paper(terminal: Terminal, tmp_path: Path) -> None:
    month, treiz = f"{LAST_MONTH:%Y-%m}", ("--programme", "treiz")
    closed = await terminal.json("close", "--month", month, *treiz)
    assert (closed["settlements"], closed["closed_before"], closed["turnover"]) == (2, False, 1_250 + 2_000)
    again = await terminal.json("close", "--month", month, *treiz)
    assert again == {**closed, "closed_before": True}
    folder = tmp_path / "statements"
    await terminal.type("statement", "--all", "--month", month, "-o", folder, *treiz)
    papers = sorted(folder.iterdir())
    assert len(papers) == 2
    one = papers[0].stem
    before = papers[0].read_bytes()
    await terminal.type("statement", one, "-o", folder, *treiz)
    assert papers[0].read_bytes() == before
    await terminal.type("statement", one, "--as", "csv", "-o", folder, *treiz)
    assert one in (folder / f"{one}.csv").read_text("utf-8-sig")
    missing = await terminal.type("statement", "TREIZ-1900-000001", *treiz, exits=1)
    assert "no statement has this number" in missing.stderr


async def test_the_accountant_is_written_what_it_takes_away(terminal: Terminal, tmp_path: Path) -> None:
    month, treiz, folder = f"{LAST_MONTH:%Y-%m}", ("--programme", "treiz"), tmp_path / "accounts"
    early = await terminal.type("accounts", "fec", month, "-o", folder, *treiz, exits=1)
    assert "not closed" in early.stderr
    closed = await terminal.json("accounts", "close", month, *treiz)
    assert await terminal.json("accounts", "months", *treiz) == [closed]
    assert month in (await terminal.type("accounts", "close", month, *treiz)).stdout
    assert month in (await terminal.type("accounts", "months", *treiz)).stdout
    await terminal.type("accounts", "fec", month, "-o", folder, *treiz)
    await terminal.type("accounts", "book", "balance", "--from", month, "--as", "xlsx", "-o", folder, *treiz)
    written = {path.suffix: path.read_bytes() for path in folder.iterdir()}
    assert sum(one.debit for one in fec_reader.read(written[".txt"])) == closed["total"]
    assert written[".xlsx"].startswith(b"PK")


def spoiled() -> tuple[bytes, list[tuple[int, str, str]]]:
    """A copy of the real extract with four lines spoiled, and which those are."""
    rows = list(csv.reader(io.StringIO(SHOPS_FILE.read_text(encoding="utf-8"))))
    at = {field: rows[0].index(column) for field, column in COLUMNS.items()}
    rows[6][at["siret"]] = rows[6][at["siret"]][:-1] + str((int(rows[6][at["siret"]][-1]) + 1) % 10)
    rows[40][at["postcode"]] = "1300"
    rows[41][at["naf"]] = "99.99Z"
    rows[90] = rows[50]
    written = io.StringIO()
    csv.writer(written, lineterminator="\n").writerows(rows)
    faults = [
        (7, "siret", "siret-invalid"), (41, "postcode", "postcode-malformed"), (42, "naf", "naf-unknown"),
        (91, "siret", "siret-duplicate-in-file"), *NAMELESS_TRADE,
    ]  # fmt: skip
    return written.getvalue().encode(), faults


async def test_a_spoiled_copy_of_the_real_extract_gives_the_exact_bad_lines_and_imports_nothing_until_told(
    terminal: Terminal, tmp_path: Path
) -> None:
    await terminal.type(*FOUNDING)
    content, faults = spoiled()
    file = tmp_path / "spoiled.csv"
    file.write_bytes(content)
    asked = ("shops", "import", file, "--programme", "lyon")
    for more in ((), ("--dry-run",), ("--dry-run", "--good-lines")):
        told = await terminal.json(*asked, *more, exits=1)
        assert [(one["line"], one["field"], one["code"]) for one in told["bad"]] == faults
        assert told["imported"] == 0
        assert await terminal.count("p_lyon.shops") == 0
    shown = await terminal.type(*asked, exits=1)
    for line, _, _ in faults:
        assert re.search(rf"^\s*{line}\s", shown.stdout, re.MULTILINE)
    assert "Nothing is imported" in shown.stdout
    done = await terminal.json(*asked, "--good-lines")
    lines = len(content.decode().splitlines()) - 1
    assert done["imported"] == done["good_lines"] == lines - len(faults)
    assert await terminal.count("p_lyon.shops") == lines - len(faults)
    again = await terminal.json(*asked, "--good-lines", exits=1)
    assert again["imported"] == 0


async def test_the_audit_names_a_transfer_that_a_superuser_changed(terminal: Terminal) -> None:
    assert all(one["agrees"] for one in (await terminal.json("audit"))["programmes"])
    changed = terminal.treiz.ids["redemption"]
    async with owner_engine(terminal.database) as engine, engine.begin() as connection:
        await connection.execute(text("SET LOCAL session_replication_role = replica"))
        await connection.execute(
            text("UPDATE p_treiz.transfers SET amount = amount + 1 WHERE id = :id"), {"id": changed}
        )
    told = await asyncio.to_thread(
        subprocess.run,
        [sys.executable, "-m", "api", "audit"],
        capture_output=True, text=True, check=False, env={**os.environ, **terminal.environment},
        cwd=Path(__file__).parents[2],
    )  # fmt: skip
    assert told.returncode == 1, told.stderr
    assert str(changed) in told.stdout
    assert "Traceback" not in told.stdout + told.stderr
    report = await terminal.json("audit", exits=1)
    found = {one["programme"]: one for one in report["programmes"]}
    assert (found["treiz"]["agrees"], found["alpes"]["agrees"]) == (False, True)
    assert str(changed) in {one["id"] for one in found["treiz"]["findings"]}


async def test_the_books_agree_but_the_bank_is_short(terminal: Terminal) -> None:
    buyer, treiz = terminal.treiz.ids["buyer"], ("--programme", "treiz")
    issue = ("batch", "issue", "--buyer", buyer, "--value", "50,00", "--quantity", 2, "--on-credit")
    await terminal.type(*issue, *treiz)
    told = await terminal.json("audit", *treiz, exits=3)
    assert told["programmes"][0]["agrees"]
    assert not told["programmes"][0]["ring_fence"]["covered"]
    short = (await terminal.json("proofs", *treiz, exits=1))["programmes"][0]
    assert (short["proofs"][0]["proof"], short["proofs"][0]["state"], short["state"]) == (
        "ring-fence",
        "broken",
        "broken",
    )
    assert short["proofs"][0]["amount"] < 0
    assert "proofs do not hold" in (await terminal.type("proofs", *treiz, exits=1)).stdout
    assert "Everything adds up" in (await terminal.type("proofs", "--programme", "alpes")).stdout


@pytest.mark.parametrize(
    "words",
    [
        ("redeem", "x", "douze", "--till", "y"), ("redeem", "x", "-1", "--till", "y"), ("close", "--month", "2026-13"),
        ("close",), ("batch", "issue"), ("audit", "--nonsense"), ("shops", "import", "no-such-file.csv"), ("nonsense",),
        ("statement",), ("key", "make", "--role", "king"),
    ],
    ids=" ".join,
)  # fmt: skip
async def test_what_is_typed_wrong_is_told_in_few_words(terminal: Terminal, words: tuple[str, ...]) -> None:
    told = await terminal.type(*words, exits=2)
    assert "Traceback" not in told.output
    assert told.stdout == ""
    assert told.stderr


async def test_the_rules_of_orders_are_founded_with_a_programme_and_changed_from_a_day_on(terminal: Terminal) -> None:
    notice = "SAS au capital de 10 000 €, RCS Lyon 552 100 554"
    rules = (
        "--least-face", "10", "--most-face", "150,50", "--order-days", "15", "--vat-on-debits",
        "--legal-notice", notice, "--account", "bank=512100", "--account", "fees=706200", "--minimum-payout", "20",
    )  # fmt: skip
    await terminal.type(*FOUNDING, *rules)
    lyon = ("programme", "terms", "--programme", "lyon")
    (founded,) = await terminal.json(*lyon)
    told = (
        "least_face", "most_face", "order_days", "vat_on_debits", "legal_notice", "minimum_payout", "account_numbers",
    )  # fmt: skip
    accounts = {"bank": "512100", "fees": "706200"}
    assert [founded[one] for one in told] == [1_000, 15_050, 15, True, notice, 2_000, accounts]
    shown = (await terminal.type("programme", "show", "--programme", "lyon")).stdout
    for words in ("€10.00 to €150.50", "after 15 days", "when invoiced", notice, "€20.00", "bank 512100, fees 706200"):
        assert words in shown
    changed = ("--order-days", "20", "--no-vat-on-debits", "--legal-notice", "", "--account", "bank=")
    await terminal.type(*lyon, *changed, "--from", "2099-01-01")
    now, later = await terminal.json(*lyon)
    assert now == founded
    assert [later[one] for one in told] == [1_000, 15_050, 20, False, "", 2_000, {"fees": "706200"}]
    for wrong, said in (
        (("--least-face", "200"), "least"), (("--most-face", "10000,01"), "most"), (("--least-face", "dix"), "dix"),
        (("--order-days", "0"), "order-days"), (("--account", "banque=512"), "banque"),
        (("--account", "bank=51 2"), "51 2"), (("--account", "bank"), "bank"),
    ):  # fmt: skip
        done = await terminal.type(*lyon, *wrong, exits=1 if said in {"least", "most"} else 2)
        assert said in done.stderr, done.stderr


async def test_several_programmes_need_a_choice_and_a_wrong_one_is_told(terminal: Terminal) -> None:
    assert "alpes, treiz" in (await terminal.type("shops", "list", exits=2)).stderr
    unknown = await terminal.type("shops", "list", "--programme", "paris", exits=1)
    assert unknown.stderr.startswith("obole: ")
    assert unknown.stderr.count("\n") == 1


async def test_help_reads_well(terminal: Terminal) -> None:
    shown = (await terminal.type("--help")).stdout
    for command in ("run", "migrate", "programme", "shops", "batch", "redeem", "close", "statement", "audit", "demo"):
        assert command in shown
        assert (await terminal.type(command, "--help")).stdout
    assert "obole" in (await terminal.type("--version")).stdout


async def test_what_stops_a_command_is_one_clear_line(terminal: Terminal) -> None:
    terminal.environment["OBOLE_DATABASE_URL"] = "postgresql://nobody@127.0.0.1:1/nothing"
    told = await terminal.type("audit", exits=1)
    assert told.stderr.startswith("obole: ")
    assert "Traceback" not in told.output
    terminal.environment |= {"OBOLE_DATABASE_URL": "", "OBOLE_HOME": "/proc/nowhere"}
    told = await terminal.type("audit", exits=1)
    assert "OBOLE_HOME" in told.stderr


async def test_the_register_is_taken_in_twice_without_making_a_shop(terminal: Terminal) -> None:
    shops = await terminal.count("p_treiz.shops")
    for _ in range(2):
        taken = await terminal.json("register", "import", SHOPS_FILE, "--programme", "treiz")
        assert taken["left_out"] == len(NAMELESS_TRADE)
        assert await terminal.count("p_treiz.establishments") == taken["establishments"] > 1_000
    assert await terminal.count("p_treiz.shops") == shops
