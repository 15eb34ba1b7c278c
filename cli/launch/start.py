"""The way from `./wb COMMAND` to the command: an environment for it, then this process becomes it."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import NoReturn

from cli.launch.environment import environment
from cli.launch.place import place_for
from cli.launch.say import LaunchError, say

# These need the tools of development; everything else needs what a laptop needs: the servers included.
FOR_DEVELOPERS = ("test", "bench", "check")
# They would lead the environment's Python to another one's packages, or are for the launcher alone.
FOREIGN = ("PYTHONHOME", "__PYVENV_LAUNCHER__", "CONDA_PREFIX", "WB_PYTHON_CHOSEN")


def launch(root: Path, arguments: list[str]) -> NoReturn:
    """Become the command, in this very process: its signals, its exit code and its pid are our caller's."""
    try:
        place = place_for(root)
        folder = environment(root / lock_for(arguments), place)
    except LaunchError as problem:
        say(str(problem))
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)
    told = {name: value for name, value in os.environ.items() if name not in FOREIGN}
    programs = folder / "bin"
    told["PATH"] = str(programs) + os.pathsep + told.get("PATH", os.defpath)
    told["VIRTUAL_ENV"] = str(folder)
    told["WB_HOME"] = str(place)
    # The checkout alone: a PYTHONPATH made for another project would come before the environment's own packages.
    told["PYTHONPATH"] = str(root)
    python = str(programs / "python")
    # -P: a file that happens to lie in the current folder is not taken for a module of ours.
    os.execve(python, [python, "-P", "-m", "cli.main", *arguments], told)  # noqa: S606 - this is what a launcher does


def lock_for(arguments: list[str]) -> str:
    """The lock the command needs; the command is the first word that is no option."""
    command = next((word for word in arguments if not word.startswith("-")), "")
    return "requirements-dev.lock" if command in FOR_DEVELOPERS else "requirements-embedded.lock"
