"""A server to be killed, as the command line serves it. Not imported by tests: run as a program of its own.

Importing the application takes longer than starting it, so one process imports it and then, for each line it reads,
becomes two: the copy serves until it is killed, on a socket that was open before and stays open after. The line is
JSON: what else the environment of this copy says.
"""

from __future__ import annotations

import json
import os
import socket
import sys

import uvicorn

from api.app import from_environment


def serve(listening: socket.socket) -> None:
    """Serve until killed."""
    config = uvicorn.Config(
        from_environment, factory=True, loop="uvloop", http="httptools", log_level="error", access_log=False, workers=1
    )
    uvicorn.Server(config).run([listening])


def main() -> None:
    """For each line read, a server; its process is told, then how it ended."""
    listening = socket.socket(fileno=int(sys.argv[1]))
    print("warm", flush=True)
    for line in sys.stdin:
        child = os.fork()
        if not child:
            os.environ.update(json.loads(line))
            serve(listening)
            os._exit(0)
        print(child, flush=True)
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)


if __name__ == "__main__":
    main()
