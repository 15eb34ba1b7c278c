"""A program for tests: starts the embedded servers for a data folder, tells where they are, and waits to be ended.

python -m tests.cli.servers.hold_servers DATA_DIR (durable|throw-away) (by-signal|plain)
"""

import contextlib
import json
import signal
import sys
from pathlib import Path

from cli.processes import Stopped, stop_on_signals
from cli.servers.start import embedded_servers


def main() -> None:
    folder, kind, ending = sys.argv[1:]
    try:
        with stop_on_signals() if ending == "by-signal" else contextlib.nullcontext():
            hold(Path(folder), durable=kind == "durable")
    except Stopped:
        print("stopped", flush=True)


def hold(folder: Path, *, durable: bool) -> None:
    with embedded_servers(folder, durable=durable) as servers:
        logs = [str(log) for log in servers.logs]
        told = {"database_url": servers.database_url, "redis_url": servers.redis_url, "logs": logs}
        print(json.dumps(told), flush=True)
        while True:
            signal.pause()


if __name__ == "__main__":
    main()
