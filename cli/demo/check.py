"""`./wb demo --check`: the whole story on throw-away data, a line a step; it ends in a verdict."""

import asyncio
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import asyncpg

from api.tokens import issue_token
from cli.demo.fill import ADMIN, MEMBER, OTHER_MEMBER, OUTSIDER, import_sample, snapshot_sample
from cli.demo.stage import api_program, ask, demo_settings, free_port, started, wait_until_ready, worker_program
from cli.demo.steps import Steps
from cli.held import throw_away_folder
from cli.processes import Program, Stop, stop_on_signals
from cli.recount import Recount
from cli.servers.start import embedded_servers
from glaze.db.migrate import upgrade
from glaze.errors import GlazeError
from glaze.settings import Settings

JOB_SECONDS = 20.0

WorkerOf = Callable[[Settings, Path], Program | None]
"""The worker to run, given settings and log; None runs without."""

_HIGHLIGHT = """
query Highlight($userId: ID!) {
  profileHighlight(userId: $userId) {
    display
    bioText
    paragraphs { claims { text receipts { kind rule value } } }
    freshness { state reasons }
    provenance { provider model promptVersion snapshotHash }
  }
}
"""
_REGENERATE = """
mutation Regenerate($userId: ID!) {
  regenerateGlaze(input: { userId: $userId }) {
    __typename
    ... on RegenerateGlazeSuccess { unchanged job { id state } }
    ... on UserError { code message }
  }
}
"""
_JOB = "query Job($id: ID!) { job(id: $id) { state } }"


class CheckFailedError(GlazeError):
    """The story did not go as it must."""

    code = "CHECK_FAILED"


def run_check(worker: WorkerOf = worker_program) -> None:
    """Walk the whole story: import, snapshot, regenerateGlaze over HTTP, job, profileHighlight as everybody.

    The servers are its own, whatever is set: a check touches nobody's data. Raises CheckFailedError at the first
    step that does not hold.
    """
    steps = Steps()
    with (
        stop_on_signals() as stop,
        throw_away_folder() as folder,
        embedded_servers(folder, durable=False) as servers,
    ):
        settings = demo_settings(servers, folder)
        with steps.step("servers started and database migrated"):
            upgrade(servers.database_url)
        port = free_port()
        url = f"http://127.0.0.1:{port}"
        programs = [api_program(settings, port, folder / "api.log"), worker(settings, folder / "worker.log")]
        with started([program for program in programs if program is not None]) as supervisor:
            with steps.step("sample export imported"):
                _require(import_sample(settings).new > 0, "the import brought no comments")
            with steps.step("snapshots taken"):
                _require(snapshot_sample(settings).changed > 0, "no snapshot was taken")
            with steps.step("API and worker running"):
                wait_until_ready(supervisor, url, stop)
            _Story(steps, settings, url, stop).walk()
    print(f"all of it holds, after {steps.seconds():.1f} s")


class _Story:
    """What everybody sees, asked over HTTP."""

    def __init__(self, steps: Steps, settings: Settings, url: str, stop: Stop) -> None:
        self.steps = steps
        self.settings = settings
        self.url = url
        self.stop = stop
        self.member = issue_token(settings, MEMBER)
        self.admin = issue_token(settings, ADMIN, admin=True)
        self.subject = ""

    def walk(self) -> None:
        """Every step in order."""
        with self.steps.step("a member is recognised by their token"):
            self.subject = self._data("{ viewer { member { id } } }", {}, self.member)["viewer"]["member"]["id"]
        with self.steps.step("an admin's regenerateGlaze becomes a job, and a worker does it"):
            self._wait_for_job(self._regenerate())
        with self.steps.step("the member sees the bio, fresh and whole"):
            seen = self._highlight(self.member)
            _require(seen is not None and seen["display"] == "FULL", "the member does not see a fresh bio")
        with self.steps.step("every sentence holds when recounted from the raw tables"):
            asyncio.run(self._recount(seen))
        with self.steps.step("another member sees the same words"):
            other = self._highlight(issue_token(self.settings, OTHER_MEMBER))
            _require(other is not None and other["bioText"] == seen["bioText"], "another member sees something else")
        with self.steps.step("an outsider sees nothing"):
            _require(self._highlight(issue_token(self.settings, OUTSIDER)) is None, "an outsider sees the bio")
        with self.steps.step("an anonymous visitor is refused"):
            answer = ask(self.url, _HIGHLIGHT, {"userId": self.subject})
            _require(not (answer.get("data") or {}).get("profileHighlight"), "an anonymous visitor sees the bio")
            _require(bool(answer.get("errors")), "an anonymous visitor is not refused")
        with self.steps.step("an admin sees who wrote it"):
            admins = self._highlight(self.admin)
            _require(admins is not None and bool(admins["provenance"]["provider"]), "there is no provenance")
        with self.steps.step("asking again changes nothing"):
            _require(self._regenerate() is None, "an unchanged bio was to be written again")

    def _regenerate(self) -> str | None:
        """The id of the job, or None if nothing changed."""
        answer = self._data(_REGENERATE, {"userId": self.subject}, self.admin)["regenerateGlaze"]
        _require(answer is not None and answer["__typename"] == "RegenerateGlazeSuccess", "regenerateGlaze was refused")
        return None if answer["unchanged"] else str(answer["job"]["id"])

    def _wait_for_job(self, job: str | None) -> None:
        _require(job is not None, "regenerateGlaze made no job")
        deadline = time.monotonic() + JOB_SECONDS
        state = "QUEUED"
        while state != "DONE":
            self.stop.raise_if_asked()
            _require(time.monotonic() < deadline, f"the job is still {state}; is a worker running?")
            _require(state in {"QUEUED", "RUNNING"}, f"the job ended {state}")
            time.sleep(0.05)
            state = self._data(_JOB, {"id": job}, self.admin)["job"]["state"]

    def _highlight(self, token: str) -> Any:
        return self._data(_HIGHLIGHT, {"userId": self.subject}, token)["profileHighlight"]

    def _data(self, query: str, variables: dict[str, Any], token: str) -> Any:
        answer = ask(self.url, query, variables, token)
        _require(not answer.get("errors") and answer.get("data") is not None, "the API answered with errors")
        return answer["data"]

    async def _recount(self, seen: Any) -> None:
        claims = [claim for paragraph in seen["paragraphs"] for claim in paragraph["claims"]]
        _require(bool(claims), "the bio says nothing")
        joined = "\n\n".join(" ".join(claim["text"] for claim in part["claims"]) for part in seen["paragraphs"])
        _require(seen["bioText"] == joined, "the bio is not the join of its claims")
        connection = await asyncpg.connect(self.settings.database_url)
        try:
            user, group, name = await connection.fetchrow(
                "SELECT u.id, m.group_id, m.display_name FROM users u JOIN user_attributes a ON a.user_id = u.id"
                " JOIN group_members m ON m.identity_id = a.id WHERE u.user_id = $1",
                MEMBER,
            )
            faults = (await Recount.load(connection)).check((user, group), name, claims)
        finally:
            await connection.close()
        if faults:
            raise CheckFailedError(f"sentence {faults[0].sentence + 1} does not hold: {faults[0].what}")


def _require(holds: bool, otherwise: str) -> None:
    if not holds:
        raise CheckFailedError(f"The check failed: {otherwise}.")
