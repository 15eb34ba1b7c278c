"""A scripted model endpoint, and a small group in the tables."""

from collections.abc import Iterator

import pytest

import glaze.tables  # noqa: F401 - the models name each other's tables
from glaze.db.engine import Database
from tests.glaze.highlights.scene import Scene, set_scene
from tests.scripted_model import ScriptedModel, scripted_model


@pytest.fixture(scope="session")
def _endpoint() -> Iterator[ScriptedModel]:
    with scripted_model() as model:
        yield model


@pytest.fixture
def model(_endpoint: ScriptedModel) -> ScriptedModel:
    _endpoint.script()
    return _endpoint


@pytest.fixture
async def scene(database: Database) -> Scene:
    return await set_scene(database)
