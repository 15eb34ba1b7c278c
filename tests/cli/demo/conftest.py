"""The sample export, written once for all tests that only look at it."""

import pytest

from cli.demo.sample import write_sample_export
from tests.cli.demo.written_export import Export


@pytest.fixture(scope="session")
def export(tmp_path_factory: pytest.TempPathFactory) -> Export:
    return Export(write_sample_export(tmp_path_factory.mktemp("sample")))
