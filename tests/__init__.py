"""The tests. Imported before any of them: the folder of this run, outside the repository.

It is made by the process that starts the run, and its workers learn it from the environment. What the developer
has set for Obole does not reach the tests.
"""

import atexit
import gc
import os
import shutil
import tempfile
from pathlib import Path
from typing import Final

# What the tests import stays: nothing of it is garbage, and to look for some takes a fifth of the time.
gc.disable()

_NAME: Final = "OBOLE_TESTS_HOME"


def _home() -> Path:
    for name in [name for name in os.environ if name.startswith("OBOLE_") and name != _NAME]:
        del os.environ[name]
    if _NAME not in os.environ:
        home = Path(tempfile.mkdtemp(prefix="obole-tests-"))
        atexit.register(shutil.rmtree, home, ignore_errors=True)
        # The wheel's lock; without this it is one file under /tmp for all users of the machine.
        runtime = home / "run"
        runtime.mkdir(mode=0o700)
        (runtime / "python_PostgresServer").mkdir()
        os.environ.update({_NAME: str(home), "XDG_RUNTIME_DIR": str(runtime)})
    return Path(os.environ[_NAME])


HOME: Final = _home()
