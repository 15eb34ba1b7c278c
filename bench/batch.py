"""`./wb bench batch`: import, snapshots and bios of a whole chat, beside their floors, in interleaved rounds."""

import argparse
import asyncio
import json
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from uuid import uuid4

import asyncpg

import glaze.tables  # noqa: F401 - the tables' foreign keys find each other
from bench.data import LARGE, SMALL, require
from bench.report import report
from bench.truth import differences, read_truth
from cli.held import throw_away_folder
from cli.processes import stop_on_signals
from cli.recount import Recount
from cli.servers.start import servers_for
from glaze.db.engine import Database, database_url
from glaze.db.migrate import upgrade
from glaze.highlights.generate import write_bios
from glaze.highlights.pairs import glazeable_pairs
from glaze.log import setup_logging
from glaze.settings import Settings, load_settings
from glaze.snapshots.statement import evidence_statement
from glaze.snapshots.take import take_snapshots
from glaze.snapshots.types import RULES_VERSION, SCHEMA_VERSION

_BIOS_AT_ONCE = 250
_DROP_TRIES = 50


def main() -> None:
    """Measure, print, and write the JSON that was asked for."""
    parser = argparse.ArgumentParser(prog="./wb bench batch", description=__doc__)
    parser.add_argument("--json", type=Path, help="write the figures here")
    parser.add_argument("--small", action="store_true", help="the small chat instead of the large one")
    parser.add_argument("--rounds", type=int, default=3, help="rounds of each floor and each of ours")
    arguments = parser.parse_args()
    setup_logging("json", "ERROR")
    path = require(SMALL if arguments.small else LARGE)
    with (
        stop_on_signals(),
        throw_away_folder() as folder,
        servers_for(load_settings(), folder / "servers", durable=False) as servers,
    ):
        report(asyncio.run(_measure(servers.database_url, path, arguments.rounds)), arguments.json)


async def _measure(server_url: str, path: Path, rounds: int) -> dict[str, float]:
    metrics: dict[str, float] = {}
    ours, floor = [], []
    url = ""
    for number in range(rounds):
        if url:
            await _drop(server_url, url)
        url = await _fresh_database(server_url)
        floor.append(_in_own_process("bench.floor_import", url, path))
        ours.append(_in_own_process("bench.our_import", url, path))
        print(f"import, round {number + 1}: floor {floor[-1]['seconds']:.2f} s, ours {ours[-1]['seconds']:.2f} s")
    try:
        seconds = statistics.median(run["seconds"] for run in ours)
        metrics["import_ratio"] = statistics.median(run["seconds"] for run in floor) / seconds
        metrics["import_rows_per_s"] = ours[-1]["rows"] / seconds
        metrics["import_peak_mb"] = max(run["peak_mb"] for run in ours)
        metrics["truth_differences"] = await _truth_differences(url, path)
        metrics |= await _measure_snapshots(url, rounds)
        metrics |= await _measure_bios(url)
    finally:
        await _drop(server_url, url)
    return metrics


async def _truth_differences(url: str, path: Path) -> float:
    """How many figures of the chat's independent count the tables do not hold."""
    connection = await asyncpg.connect(url)
    try:
        return len(await differences(connection, read_truth(path)))
    finally:
        await connection.close()


async def _measure_snapshots(url: str, rounds: int) -> dict[str, float]:
    """Everybody's snapshots from nothing, against the same statement writing the same rows, run by psql."""
    database = Database(url, application="bench")
    ours, floor = [], []
    pairs = 0
    try:
        for number in range(rounds):
            await _execute(url, "TRUNCATE snapshots")
            await _execute(url, "VACUUM ANALYZE")
            floor.append(await _floor_snapshots(url))
            with tempfile.TemporaryDirectory() as storage:
                started = time.perf_counter()
                pairs = (await take_snapshots(database, Path(storage))).pairs
                ours.append(time.perf_counter() - started)
            print(f"snapshots, round {number + 1}: floor {floor[-1]:.2f} s, ours {ours[-1]:.2f} s")
    finally:
        await database.dispose()
    return {
        "snapshot_all_ratio": statistics.median(ours) / statistics.median(floor),
        "snapshot_pairs": pairs,
        "snapshots_per_s": pairs / statistics.median(ours),
    }


async def _floor_snapshots(url: str) -> float:
    statement = evidence_statement(people=None, groups=None, schema=SCHEMA_VERSION, rules=RULES_VERSION)
    script = f"""
        SET work_mem = '128MB';
        SET jit = off;
        BEGIN;
        INSERT INTO floor_snapshots (id, user_id, group_id, hash, evidence_version, evidence, request_ids, is_current,
                                     taken_at)
        SELECT row_number() OVER (), user_id, group_id, md5(evidence::text) || md5(user_id::text), evidence_version,
               evidence, to_jsonb(request_ids), true, now()
          FROM ({statement}) t;
        COMMIT;
    """
    await _execute(url, "CREATE TABLE floor_snapshots (LIKE snapshots INCLUDING ALL)")
    psql = shutil.which("psql")
    started = time.perf_counter()
    if psql:
        await asyncio.to_thread(_psql, psql, url, script)
    else:
        await _execute(url, script)
    seconds = time.perf_counter() - started
    await _execute(url, "DROP TABLE floor_snapshots")
    return seconds


def _psql(psql: str, url: str, script: str) -> None:
    subprocess.run([psql, "-q", "-X", "-v", "ON_ERROR_STOP=1", url], input=script.encode(), check=True)


async def _measure_bios(url: str) -> dict[str, float]:
    """Everybody's bio by the offline writer, and what an independent recount finds wrong with them."""
    settings = Settings.model_validate({"PROFILE_SIGNAL_GLAZE": True})
    database = Database(url, application="bench")
    try:
        async with database.reading() as session:
            pairs = await glazeable_pairs(session, None, None)
        started = time.perf_counter()
        for start in range(0, len(pairs), _BIOS_AT_ONCE):
            await write_bios(database, settings, pairs[start : start + _BIOS_AT_ONCE], model=None)
        seconds = time.perf_counter() - started
    finally:
        await database.dispose()
    sentences, faults, bios = await _recount(url)
    return {
        "bios": bios,
        "bios_per_s": bios / seconds,
        "sentences_recounted": sentences,
        "sentences_at_fault": faults,
    }


async def _recount(url: str) -> tuple[int, int, int]:
    connection = await asyncpg.connect(url)
    try:
        recount = await Recount.load(connection)
        rows = await connection.fetch(
            "SELECT h.user_id, h.source_group, e.payload, (SELECT m.display_name FROM group_members m"
            "  JOIN user_attributes a ON a.id = m.identity_id WHERE a.user_id = h.user_id"
            "   AND m.group_id = h.source_group LIMIT 1) AS name"
            " FROM user_profile_highlights h JOIN editions e ON e.id = h.edition_id"
        )
    finally:
        await connection.close()
    sentences = faults = 0
    for row in rows:
        claims = [claim for paragraph in json.loads(row["payload"])["paragraphs"] for claim in paragraph]
        sentences += len(claims)
        faults += len(recount.check((row["user_id"], row["source_group"]), row["name"], claims))
    return sentences, faults, len(rows)


def _in_own_process(module: str, url: str, path: Path) -> dict[str, float]:
    ended = subprocess.run([sys.executable, "-m", module, url, str(path)], check=True, stdout=subprocess.PIPE)
    figures: dict[str, float] = json.loads(ended.stdout)
    return figures


async def _fresh_database(server_url: str) -> str:
    name = f"glaze_bench_{uuid4().hex[:10]}"
    await _execute(server_url, f"CREATE DATABASE {name}")
    parsed = database_url(server_url).set(drivername="postgresql", database=name)
    url = parsed.render_as_string(hide_password=False)
    await asyncio.to_thread(upgrade, url)
    return url


async def _drop(server_url: str, url: str) -> None:
    name = database_url(url).database
    for _ in range(_DROP_TRIES):
        try:
            await _execute(server_url, f"DROP DATABASE {name} WITH (FORCE)")
        except asyncpg.InsufficientPrivilegeError:
            # FORCE may not end an autovacuum worker, which is the superuser's; it ends by itself.
            await asyncio.sleep(0.2)
        else:
            return


async def _execute(url: str, statement: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


if __name__ == "__main__":
    main()
