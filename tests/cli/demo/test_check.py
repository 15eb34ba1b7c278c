"""`./wb demo --check` tells the truth: it passes, and it fails where it must."""

import subprocess
import sys
from pathlib import Path

import pytest

from cli.demo import check
from cli.demo.check import CheckFailedError, run_check
from cli.demo.stage import worker_program
from cli.processes import Program
from glaze.settings import Settings
from tests.cli.running import ROOT, command, environment

ALTERING = Path(__file__).with_name("altering_worker.py")

pytestmark = pytest.mark.xdist_group("demo")


def altering_worker(settings: Settings, log: Path) -> Program:
    """The real worker, but for one receipt that it alters before it publishes."""
    program = worker_program(settings, log)
    return Program(program.name, [sys.executable, str(ALTERING)], env=program.env, cwd=program.cwd, log=program.log)


def test_the_check_passes_and_says_each_step(tmp_path):
    env = environment("", "", tmp_path)
    ended = subprocess.run(command("demo", "--check"), env=env, cwd=ROOT, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert ended.stdout.count("    ok  ") >= 10
    assert "all of it holds" in ended.stdout


def test_the_check_fails_when_no_worker_runs(monkeypatch, capsys):
    monkeypatch.setattr(check, "JOB_SECONDS", 2.0)
    with pytest.raises(CheckFailedError, match="is a worker running"):
        run_check(lambda _settings, _log: None)
    assert "FAILED" in capsys.readouterr().out


def test_the_check_fails_when_one_receipt_is_altered_before_publish(capsys):
    with pytest.raises(CheckFailedError, match="does not hold"):
        run_check(altering_worker)
    assert "FAILED" in capsys.readouterr().out
