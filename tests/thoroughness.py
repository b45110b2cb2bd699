"""How many examples the properties try that take long: a few in each run, many more when somebody asks for them.

``make prove`` tries twenty times as many. What it finds becomes an ``@example``, which every run tries.
"""

from __future__ import annotations

import os
from typing import Final

TIMES: Final = int(os.environ.get("EXAMPLES", "1"))


def examples(few: int) -> int:
    """So many in each run; so many times more as ``EXAMPLES`` says."""
    return few * TIMES
