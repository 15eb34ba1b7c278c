"""How an embedded PostgreSQL is made, started and stopped: a real one, on a private unix socket only."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from cli.held import remove_tree
from cli.processes import Child, Program, start
from cli.servers.folders import Home, make_folder
from cli.servers.programs import postgres_programs
from cli.servers.ready import last_words, wait_until
from glaze.errors import UnavailableError

INITDB = (
    "--username=postgres",
    "--auth=trust",  # the socket lies in a folder of mode 0700
    "--encoding=UTF8",
    "--locale=C",
    "--locale-provider=builtin",
    "--builtin-locale=C.UTF-8",
    "--no-instructions",
)
FIRST_START = Path(__file__).with_name("first_start.sql")
SETTINGS = {
    "listen_addresses": "",
    "port": "5432",
    "unix_socket_permissions": "0700",
    "max_connections": "60",
    "shared_buffers": "128MB",
    "maintenance_work_mem": "128MB",
    "max_wal_size": "1GB",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    # R24: the log names no words of anybody. `log` as the lowest level leaves out errors of statements altogether.
    "logging_collector": "off",
    "log_destination": "stderr",
    "log_min_messages": "log",
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "log_statement": "none",
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
    "log_checkpoints": "off",
}
THROW_AWAY = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "autovacuum_naptime": "15s"}
LONGEST_LOG = 5_000_000
SECONDS_TO_START = 60.0
FAST, AT_ONCE = (signal.SIGINT, 20.0), (signal.SIGQUIT, 5.0)


@contextlib.contextmanager
def postgres(home: Home, sockets: Path, *, durable: bool) -> Iterator[str]:
    """A running server; yields its URL: database `glaze`, owned by role `glaze`, both made at the first start.

    Not durable means without fsync: fast, and lost if the machine fails. Must be entered holding the home.
    """
    programs = postgres_programs(home.account)
    _end_a_former_one(home.postgres)
    if not durable:
        remove_tree(home.postgres)  # what a killed run left
    if not home.postgres.is_dir():
        _make_cluster(programs, home, durable=durable)
    _refuse_another_version(programs, home.postgres)
    if home.postgres_log.stat().st_size > LONGEST_LOG:
        os.truncate(home.postgres_log, 0)
    settings = SETTINGS | {"unix_socket_directories": str(sockets)} | ({} if durable else THROW_AWAY)
    arguments = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
    program = Program(
        "PostgreSQL",
        [programs / "postgres", "-D", home.postgres, *arguments],
        env=_environment(home),
        cwd=home.folder,
        log=home.postgres_log,
    )
    server: Child | None = None
    try:
        server = start(program, at_our_death=signal.SIGINT, account=home.account, umask=0o077)
        wait_until(lambda: _is_ready(home.postgres), server, SECONDS_TO_START)
        # The port is named because PGPORT of the user's shell would else be taken for it.
        yield f"postgresql://glaze@/glaze?host={sockets}&port={SETTINGS['port']}"
    finally:
        if server is not None:
            server.stop(FAST, AT_ONCE)


def _environment(home: Home) -> dict[str, str]:
    """Nothing of ours: no secrets, no PG* variables, no locale."""
    return {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC", "HOME": str(home.folder)}


def _make_cluster(programs: Path, home: Home, *, durable: bool) -> None:
    """initdb, role and database under another name first: a kill leaves nothing half made."""
    half = home.folder / "postgres.half"
    remove_tree(half)
    make_folder(half, 0o700, home.account)
    unsynced = () if durable else ("--no-sync",)
    single = ("--single", "-j", "-D", half, "-c", "log_min_messages=error", "template1")
    for name, words, reads in (
        ("initdb", ("-D", half, *INITDB, *unsynced), Path(os.devnull)),
        ("postgres", single, FIRST_START),
    ):
        step = Program(name, [programs / name, *words], _environment(home), home.folder, home.postgres_log, reads)
        child = start(step, account=home.account, umask=0o077)
        try:
            made = child.ended_within(SECONDS_TO_START)
        finally:
            code = child.stop((signal.SIGTERM, 5.0))
        if not made or code:
            raise UnavailableError(f"PostgreSQL could not make a database: {last_words(home.postgres_log)}")
    half.rename(home.postgres)


def _refuse_another_version(programs: Path, cluster: Path) -> None:
    made_by = (cluster / "PG_VERSION").read_text(encoding="ascii").strip()
    with (programs.parent / "share" / "postgres.bki").open(encoding="ascii") as catalogue:
        ours = catalogue.readline().split()[-1]  # "# PostgreSQL 18"
    if made_by != ours:
        raise UnavailableError(
            f"The data in {cluster} was made by PostgreSQL {made_by}, this is {ours}: "
            "start anew with --fresh, or choose another data folder."
        )


def _is_ready(cluster: Path) -> bool:
    """The server says so itself, in the last line of its lock file, as it does to pg_ctl."""
    try:
        lines = (cluster / "postmaster.pid").read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return False
    return len(lines) >= 8 and lines[7].strip() == "ready"


def _end_a_former_one(cluster: Path) -> None:
    """Wait for the server of a run that was killed just now, and remove the lock file it or a power cut left.

    We hold the home, so no living run uses the cluster; but the process id in the file may by now be that of
    any program, and PostgreSQL would refuse to start because of it.
    """
    lock = cluster / "postmaster.pid"
    deadline = time.monotonic() + SECONDS_TO_START
    asks = [signal.SIGQUIT, signal.SIGINT]
    while (pid := _pid_in(lock)) and _serves(pid, cluster):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, asks.pop() if asks else 0)
        if time.monotonic() > deadline:
            raise UnavailableError(f"A PostgreSQL of a former run (process {pid}) does not end; end it by hand.")
        time.sleep(0.1 if asks else 0.5)
    lock.unlink(missing_ok=True)


def _pid_in(lock: Path) -> int | None:
    try:
        return int(lock.read_text(encoding="utf-8").split()[0])
    except (FileNotFoundError, ValueError, IndexError):
        return None


def _serves(pid: int, cluster: Path) -> bool:
    """Whether this process is a PostgreSQL on this very cluster."""
    if sys.platform == "linux":
        try:  # a postmaster's working folder is its cluster
            return Path(f"/proc/{pid}/cwd").readlink() == cluster
        except OSError:
            return False
    listed = subprocess.run(["ps", "-o", "command=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return str(cluster) in listed.stdout
