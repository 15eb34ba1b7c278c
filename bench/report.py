"""How a measurement is told: a table on the terminal, and one JSON form for whoever compares."""

import json
import os
import platform
import sys
from pathlib import Path


def report(metrics: dict[str, float], json_file: Path | None) -> None:
    """Print the figures, and write `{"metrics", "command", "machine"}` if a file is given."""
    width = max(len(name) for name in metrics)
    for name, value in metrics.items():
        print(f"{name:<{width}}  {value:,.3f}")
    if json_file is not None:
        written = {
            "metrics": {name: round(value, 4) for name, value in metrics.items()},
            "command": " ".join(["./wb bench", *_as_typed()]),
            "machine": {
                "cpus": os.cpu_count(),
                "machine": platform.machine(),
                "python": platform.python_version(),
                "system": platform.system(),
            },
        }
        json_file.write_text(json.dumps(written, indent=2) + "\n", encoding="utf-8")


def _as_typed() -> list[str]:
    return [Path(sys.argv[0]).stem, *sys.argv[1:]]
