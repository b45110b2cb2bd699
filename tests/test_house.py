"""The house keeps its own rules: size, floors, no cycles, and a plan that shows every room there is and no other."""

from __future__ import annotations

import ast
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Final

import grimp
import pytest

ROOT: Final = Path(__file__).parents[1]
FLOORS: Final = ("ledger", "merchants", "vouchers", "api")
LONGEST_FUNCTION: Final = 70
LONGEST_MODULE: Final = 400
PLAN: Final = ROOT / "docs" / "architecture.md"


def modules(*folders: str) -> Iterator[Path]:
    """The Python files under these folders."""
    for folder in folders:
        yield from sorted((ROOT / folder).rglob("*.py"))


ALL: Final = ("ledger", "merchants", "vouchers", "api", "alembic", "tests", "benchmarks")


def test_no_module_is_too_long() -> None:
    long = {str(one.relative_to(ROOT)): lines for one in modules(*ALL) if (lines := lines_of(one)) > LONGEST_MODULE}
    assert not long


def lines_of(module: Path) -> int:
    return len(module.read_text(encoding="utf-8").splitlines())


def test_no_function_is_too_long() -> None:
    long = {
        f"{module.relative_to(ROOT)}:{found.name}": length
        for module in modules(*ALL)
        for found in ast.walk(ast.parse(module.read_text(encoding="utf-8")))
        if isinstance(found, ast.FunctionDef | ast.AsyncFunctionDef)
        and (length := (found.end_lineno or 0) - found.lineno + 1) > LONGEST_FUNCTION
    }
    assert not long


def test_nothing_is_called_by_what_it_is_not() -> None:
    vague = {"service", "services", "manager", "managers", "helper", "helpers", "util", "utils", "common", "misc"}
    assert not [module for module in modules(*ALL) if vague & set(re.split(r"[_/.]", str(module.relative_to(ROOT))))]


def test_what_only_reads_commits_too() -> None:
    merely_closed = re.compile(r"async with .*\b(sessions|shared)\(\) as ")
    assert merely_closed.search("async with town.sessions() as session:")
    assert not [one for one in modules(*FLOORS) if merely_closed.search(one.read_text(encoding="utf-8"))]


def lint(folder: Path) -> str:
    """What import-linter says of the packages in a folder."""
    done = subprocess.run(
        [str(Path(sys.executable).with_name("lint-imports")), "--no-cache", "--no-logo"],
        cwd=folder, capture_output=True, text=True, check=False,
        env={"PYTHONPATH": str(folder), "PATH": "/usr/bin:/bin"},
    )  # fmt: skip
    return done.stdout + done.stderr


@pytest.fixture(scope="module")
def copied(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The packages and their contracts, elsewhere."""
    folder = tmp_path_factory.mktemp("house")
    for floor in FLOORS:
        shutil.copytree(
            ROOT / floor, folder / floor, ignore=shutil.ignore_patterns("__pycache__", "*.csv", "data", "demo_data")
        )
    shutil.copy(ROOT / "pyproject.toml", folder)
    return folder


def test_the_import_contracts_hold(copied: Path) -> None:
    said = lint(copied)
    assert re.search(r"Contracts: \d+ kept, 0 broken", said), said


VIOLATIONS: Final = (
    ("ledger/money.py", "import vouchers.codes", "Four floors"),
    ("merchants/errors.py", "from api import clock", "Four floors"),
    ("api/health.py", "from vouchers import tables", "Tables are private to vouchers"),
    ("vouchers/codes.py", "import ledger.tables", "Tables are private to ledger"),
    ("vouchers/codes.py", "from merchants.tables import Shop", "Tables are private to merchants"),
    ("ledger/days.py", "import os", "The domain knows no web, mail, clock or environment"),
    ("merchants/registry.py", "import time", "The domain knows no web, mail, clock or environment"),
    ("vouchers/blocking.py", "import smtplib", "The domain knows no web, mail, clock or environment"),
    ("vouchers/facts.py", "from fastapi import Request", "The domain knows no web, mail, clock or environment"),
    ("vouchers/sheets.py", "from reportlab.pdfgen import canvas", "One importer for reportlab"),
    ("api/printing.py", "import qrcode", "One importer for qrcode"),
    ("api/printing.py", "import stripe", "One importer for stripe"),
    ("ledger/money.py", "from ledger import posting", "Inside the ledger"),
    ("vouchers/codes.py", "from vouchers import issuing", "Inside vouchers"),
    ("merchants/errors.py", "from merchants import programme", "Inside merchants"),
    ("merchants/settlements/figures.py", "from merchants.settlements import closing", "Inside settlements"),
    ("ledger/newcomer.py", "", "Inside the ledger"),
)
"""In which module, what is added to it, and the contract that forbids it. A cycle is a violation too: of two modules
that import each other, one imports upwards."""


@pytest.fixture(scope="module")
def said_of_violations(copied: Path) -> Iterator[str]:
    """What the linter says once all of them are there."""
    before = {path: path.read_text(encoding="utf-8") if path.exists() else "" for path in map(copied.joinpath, NAMED)}
    for module, injected, _ in VIOLATIONS:
        with (copied / module).open("a", encoding="utf-8") as file:
            file.write(f"\n{injected}\n")
    yield lint(copied)
    for path, text in before.items():
        path.write_text(text, encoding="utf-8")


NAMED: Final = tuple({module for module, _, _ in VIOLATIONS})


@pytest.mark.parametrize(("module", "injected", "contract"), VIOLATIONS)
def test_a_violation_breaks_the_contract_that_forbids_it(
    said_of_violations: str, module: str, injected: str, contract: str
) -> None:
    assert re.search(rf"^{re.escape(contract)}.* BROKEN", said_of_violations, re.MULTILINE), said_of_violations
    (told,) = re.findall(
        rf"^{re.escape(contract)}[^\n]*\n-+\n(.*?)(?=^\S[^\n]*\n-+\n|\Z)", said_of_violations, re.MULTILINE | re.DOTALL
    )
    assert module.removesuffix(".py").replace("/", ".") in told


def test_no_modules_import_each_other_in_a_circle() -> None:
    graph = grimp.build_graph(*FLOORS, exclude_type_checking_imports=True, cache_dir=None)
    every = {one: graph.find_modules_directly_imported_by(one) for one in graph.modules}
    assert len(list(TopologicalSorter(every).static_order())) == len(every)


def planned() -> set[str]:
    """The modules and packages that the tree in the plan names, as paths."""
    (tree,) = [
        one
        for one in re.findall(r"```text\n(.*?)```", PLAN.read_text(encoding="utf-8"), re.DOTALL)
        if "ledger/\n" in one
    ]
    found, folders = set[str](), list[str]()
    for line in tree.splitlines():
        named = re.match(r"(?P<indent> *)(?P<name>[a-z_0-9]+(?:\.py|/))(?: |$)", line)
        if named is None:
            continue
        depth = len(named["indent"]) // 4
        path = "/".join((*folders[:depth], named["name"].removesuffix("/")))
        if named["name"].endswith("/"):
            folders[depth:] = [named["name"].removesuffix("/")]
        found.add(path)
    return {one for one in found if one.partition("/")[0] in FLOORS}


def built() -> set[str]:
    """The modules and packages that there are."""
    every = {module.relative_to(ROOT) for module in modules(*FLOORS)}
    packages = {folder for module in every for folder in module.parents if folder.parts}
    return {str(one) for one in packages} | {str(one) for one in every if one.name != "__init__.py"}


def test_the_plan_names_every_module_and_none_that_is_not_there() -> None:
    missing, invented = sorted(built() - planned()), sorted(planned() - built())
    assert not missing, "not in docs/architecture.md"
    assert not invented, "in docs/architecture.md, but not there"


def test_every_module_named_in_passing_is_there() -> None:
    text = PLAN.read_text(encoding="utf-8")
    named = set(re.findall(r"`((?:ledger|merchants|vouchers|api|tests|alembic|benchmarks)/[\w/.]*?)`", text))
    assert not [one for one in sorted(named) if not (ROOT / one).exists()]


def test_the_top_level_is_the_one_agreed() -> None:
    folders = {one.name for one in ROOT.iterdir() if one.is_dir() and not one.name.startswith(".")}
    kept = folders - {"__pycache__", "build", "dist"}
    assert kept <= {*FLOORS, "tests", "alembic", "docs", "benchmarks"}
    assert {*FLOORS, "tests", "alembic", "docs"} <= kept
