"""`./wb demo` as a newcomer meets it: it says what to paste, and leaves nothing running behind."""

import json
import signal
import subprocess
import time
from pathlib import Path

import pytest

from cli.demo.stage import ask
from tests.cli.processes_seen import running, within
from tests.cli.running import ROOT, command, environment

pytestmark = pytest.mark.xdist_group("demo")

READY_SECONDS = 90


def start_demo(folder: Path, info: Path) -> "subprocess.Popen[str]":
    env = environment("", "", folder)
    return subprocess.Popen(
        command("demo", "--data", str(folder), "--info", str(info)),
        env=env,
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def wait_for(info: Path, demo: "subprocess.Popen[str]") -> dict[str, object]:
    deadline = time.monotonic() + READY_SECONDS
    while not info.exists():
        assert demo.poll() is None, demo.communicate()[0]
        assert time.monotonic() < deadline, "the demo did not get ready"
        time.sleep(0.1)
    told: dict[str, object] = json.loads(info.read_text())
    return told


def family_of(pid: int) -> set[int]:
    """The process ids of all that a process has started, and they in turn."""
    family, parents = set[int](), {pid}
    processes = running()
    while parents:
        parents = {process.pid for process in processes if process.parent in parents} - family
        family |= parents
    return family


def all_gone(family: set[int]) -> bool:
    return within(15, lambda: family.isdisjoint(process.pid for process in running()))


@pytest.fixture
def demo(tmp_path):
    """A running demo: its process and its info."""
    info = tmp_path / "info.json"
    with start_demo(tmp_path / "data", info) as process:
        try:
            yield process, wait_for(info, process)
        finally:
            process.kill()


def test_a_newcomer_sees_a_bio_a_second_start_names_the_first_and_sigterm_stops_all(demo, tmp_path):
    process, info = demo
    assert set(info) == {
        *("url", "member_token", "other_member_token", "outsider_token", "admin_token", "member_id", "pid")
    }
    assert info["pid"] == process.pid
    query = "query Bio($id: ID!) { profileHighlight(userId: $id) { display bioText } }"
    seen = ask(str(info["url"]), query, {"id": info["member_id"]}, str(info["other_member_token"]))
    assert seen["data"]["profileHighlight"]["display"] == "FULL"
    assert "Idris" in seen["data"]["profileHighlight"]["bioText"]

    second = subprocess.run(
        command("demo", "--data", str(tmp_path / "data")),
        env=environment("", "", tmp_path),
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert second.returncode == 0
    assert str(info["url"]) in second.stdout

    family = family_of(process.pid)
    assert len(family) >= 4, "servers, API and worker"
    process.send_signal(signal.SIGTERM)
    assert process.wait(30) == 0
    assert all_gone(family)
    printed = process.communicate()[0]
    assert "curl -s" in printed
    assert "ready after" in printed


def test_kill_9_leaves_no_server_behind(demo):
    process, _ = demo
    family = family_of(process.pid)
    process.kill()
    process.wait()
    assert all_gone(family)
