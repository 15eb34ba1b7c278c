"""Data folders that lived through a run already, copied instead of made anew: making a cluster takes a second."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from cli.servers.folders import erase_data, home_of
from cli.servers.start import embedded_servers


@pytest.fixture(scope="session")
def lived_in_once(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("lived-in")
    with embedded_servers(folder, durable=True):
        pass
    yield folder
    erase_data(folder)


@pytest.fixture
def data_dir(tmp_path: Path, lived_in_once: Path) -> Iterator[Path]:
    """A data folder whose servers ran and ended well; what they keep outside of it is gone after the test."""
    folder = tmp_path / "data"
    home = home_of(folder).folder
    home.parent.mkdir(parents=True, exist_ok=True)
    subprocess.run(["cp", "-a", home_of(lived_in_once).folder, home], check=True)
    yield folder
    erase_data(folder)
