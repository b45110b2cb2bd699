"""`obole`: the command line. Wiring only; the commands themselves are in `api.commands`, by trade."""

from __future__ import annotations

from importlib.metadata import version
from typing import Annotated

import typer

from api.commands import (
    accounts,
    books,
    buyers,
    installing,
    keys,
    mail,
    moving,
    people,
    programme,
    proofs,
    register,
    serving,
    settling,
    shops,
    vouchers,
)
from api.commands.door import Door
from api.commands.telling import LANGUAGE

START = "Start"
SET_UP = "Set up a programme"
EVERY_DAY = "Every day"
MONTH_END = "Month end and proofs"

app = typer.Typer(
    name="obole",
    cls=Door,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
    help="Obole keeps the books of local gift vouchers: issue, redeem cent by cent, settle, prove.",
)


def _version(asked: bool) -> None:
    if asked:
        typer.echo(f"obole {version('obole')}")
        raise typer.Exit


@app.callback()
def root(
    language: Annotated[
        str,
        typer.Option(
            envvar=["LC_ALL", "LC_MESSAGES", "LANG"], show_envvar=False, show_default=False, metavar="fr|en",
            help="In which refusals are told and sums written; by your locale if not given.",
        ),
    ] = "en",
    _shown: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Say which version this is.")
    ] = False,
) -> None:  # fmt: skip
    """What every command shares."""
    LANGUAGE.set("fr" if language.lower().startswith("fr") else "en")


app.command("run", rich_help_panel=START)(serving.run)
app.command("demo", rich_help_panel=START)(installing.demo_)
app.command("migrate", rich_help_panel=START)(installing.migrate)
app.add_typer(programme.app, name="programme", rich_help_panel=SET_UP)
programme.app.command("export")(moving.export)
programme.app.command("import")(moving.import_)
app.add_typer(shops.app, name="shops", rich_help_panel=SET_UP)
app.add_typer(register.app, name="register", rich_help_panel=SET_UP)
app.add_typer(keys.till, name="till", rich_help_panel=SET_UP)
app.add_typer(keys.key, name="key", rich_help_panel=SET_UP)
app.add_typer(people.app, name="people", rich_help_panel=SET_UP)
app.add_typer(buyers.app, name="buyer", rich_help_panel=EVERY_DAY)
app.add_typer(vouchers.app, name="batch", rich_help_panel=EVERY_DAY)
app.add_typer(mail.app, name="mail", rich_help_panel=EVERY_DAY)
app.command("redeem", rich_help_panel=EVERY_DAY)(vouchers.redeem)
app.command("close", rich_help_panel=MONTH_END)(settling.close)
app.command("statement", rich_help_panel=MONTH_END)(settling.statement)
app.add_typer(accounts.app, name="accounts", rich_help_panel=MONTH_END)
app.command("expire", rich_help_panel=MONTH_END)(books.expire)
app.command("audit", rich_help_panel=MONTH_END)(books.audit)
app.command("proofs", rich_help_panel=MONTH_END)(proofs.proofs)
