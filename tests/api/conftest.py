"""A running API over a database with a cast that every rule of seeing has somebody in."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from io import StringIO

import pytest
import structlog

from cli.servers.start import Servers
from glaze.db.engine import Database
from glaze.highlights.wanted import Making, making_of
from schema.global_ids import global_id
from tests.factories import (
    Person,
    bio,
    counted,
    hide,
    linking,
    make_comment,
    make_group,
    make_highlight,
    make_job,
    make_member,
    make_person,
    make_snapshot,
    make_user,
    opt_out,
    quoting,
)
from tests.running_api import RunningApi, running_api, settings_for

URL = "https://example.org/trail"


@dataclass(frozen=True)
class Cast:
    """Ada, Bea, hidden Eve and opted-out Fay climb; Cyd reads. Ada has a bio, Bea only a snapshot, and a job each."""

    people: dict[str, Person]
    jobs: dict[str, int]

    def __getitem__(self, name: str) -> Person:
        return self.people[name]

    def id(self, name: str) -> str:
        """The opaque id of a member."""
        return global_id("Member", self.people[name].id)

    def job(self, name: str) -> str:
        return global_id("Job", self.jobs[name])

    def highlight(self, name: str) -> str:
        person = self.people[name]
        return global_id("ProfileHighlight", person.id, person.group.id)


async def _gather(url: str, making: Making) -> Cast:
    database = Database(url, application="glaze-tests")
    async with database.transaction() as session:
        for _ in range(20):
            await make_user(session)  # so that no user's number is a group's
        climbing = await make_group(session, "climbing", timezone="Europe/Berlin")
        reading = await make_group(session, "reading")
        people = {}
        for name, group in (
            ("ada", climbing),
            ("bea", climbing),
            ("eve", climbing),
            ("fay", climbing),
            ("cyd", reading),
        ):
            people[name] = await make_person(session, group, name, name.title())
        await make_member(session, reading, people["ada"].identity, "Ada Reads")
        for name in ("ada", "eve", "fay", "cyd"):
            person = people[name]
            said = await make_comment(session, person.group, person.identity, f"The words of {name}, verbatim.")
            shared = await make_comment(session, person.group, person.identity, URL, links=[URL])
            payload = bio(
                [counted(f"{name.title()} wrote 2 messages here.", "2"), quoting(said)],
                [linking(URL, shared)],
                quotes=[said],
                points=[counted("2 messages", "2")],
            )
            await make_highlight(session, person, payload, making)
        jobs = {}
        for name, person in people.items():
            await make_snapshot(session, person, links=[URL], tags=["summit"])
            jobs[name] = (await make_job(session, person, last_error="model_timeout")).id
        await hide(session, people["eve"])
        await opt_out(session, people["fay"])
    await database.dispose()
    return Cast(people, jobs)


@pytest.fixture(scope="module")
def bare_api(servers: Servers) -> Iterator[RunningApi]:
    """A running API for what is decided before any table is read: one for a module."""
    with running_api(settings_for(servers.database_url, servers.redis_url)) as running:
        yield running


@pytest.fixture
def api(database_url: str, redis_url: str) -> Iterator[RunningApi]:
    """A running API with the flag on."""
    with running_api(settings_for(database_url, redis_url)) as running:
        yield running


@pytest.fixture
def cast(api: RunningApi) -> Cast:
    """The cast, in the API's database."""
    assert api.settings.database_url is not None
    return asyncio.run(_gather(api.settings.database_url, making_of(api.settings)))


@pytest.fixture
def logged() -> Iterator[StringIO]:
    """Everything the house logs in this test, as production would write it."""
    before, written = structlog.get_config(), StringIO()
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(written))
    yield written
    structlog.configure(**before)
