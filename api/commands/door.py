"""What stops a command is told in one clear line, never as a traceback."""

from __future__ import annotations

from typing import Any, Final

import typer
from pydantic import ValidationError
from sqlalchemy.exc import DBAPIError, ProgrammingError, SQLAlchemyError
from typer.core import TyperGroup

from api.commands.opening import NoProgramme
from api.commands.telling import LANGUAGE, fail
from api.engines import RUNTIME_ROLE
from api.errors import explain
from api.settings import SettingsRefused
from ledger.errors import Refusal

REFUSED: Final = 1
USAGE: Final = 2
SHORT: Final = 3
"""The ring-fence is short."""

INTERRUPTED: Final = 130

ORDER: Final = (
    "run", "demo", "migrate", "programme", "register", "shops", "till", "key", "people", "buyer", "batch", "mail",
    "redeem", "close", "statement", "accounts", "expire", "audit", "proofs",
)  # fmt: skip

_LONGEST: Final = 300


class Door(TyperGroup):
    """The group of all commands, listed in the order in which one needs them."""

    def list_commands(self, ctx: Any) -> list[str]:
        """The names of all commands."""
        return sorted(super().list_commands(ctx), key=ORDER.index)

    def invoke(self, ctx: Any) -> Any:
        """Run the command; whatever is refused becomes a line and an exit code."""
        try:
            return super().invoke(ctx)
        except Refusal as refusal:
            said = explain(refusal, LANGUAGE.get())
            fail(f"{said.title}. {said.detail}")
        except SettingsRefused as refused:
            fail(str(refused))
        except NoProgramme:
            fail("There is no programme yet. `obole demo` makes one to try, `obole programme create` your own.")
        except ValidationError as invalid:
            faults = (f"OBOLE_{str(one['loc'][0]).upper()}: {one['msg']}" for one in invalid.errors() if one["loc"])
            fail("; ".join(faults))
            raise typer.Exit(USAGE) from None
        except SQLAlchemyError as error:
            fail(_told(error))
        except OSError as error:
            fail(f"{error.filename or 'input or output'}: {error.strerror or error}.")
        except KeyboardInterrupt:
            fail("interrupted; what was not finished is not in the books.")
            raise typer.Exit(INTERRUPTED) from None
        raise typer.Exit(REFUSED) from None


def _told(error: SQLAlchemyError) -> str:
    if not isinstance(error, DBAPIError):
        return f"The database did not answer: {_first_line(error)}"
    cause = _first_line(error.orig or error)
    if RUNTIME_ROLE in cause:
        return "The database holds no Obole yet. Run `obole migrate` first, or `obole demo`."
    if isinstance(error, ProgrammingError):
        return f"The database is not in the form of this version of Obole ({cause}). Run `obole migrate` first."
    if error.connection_invalidated or "connection" in cause:
        return f"Cannot reach the database: {cause}"
    return f"The database refused: {cause}"


def _first_line(error: BaseException) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:_LONGEST]
