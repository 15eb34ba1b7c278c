"""A scripted endpoint for the tests of this room, and a client that asks it."""

from collections.abc import AsyncIterator, Iterator

import pytest

from glaze.llm.client import ModelClient
from tests.glaze.llm.questions import endpoint_of
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
async def client(model: ScriptedModel) -> AsyncIterator[ModelClient]:
    async with ModelClient(endpoint_of(model)) as asker:
        yield asker
