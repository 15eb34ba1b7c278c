"""What must never be kept is found nowhere: tables, storage, Redis, our logs, PostgreSQL's log, forced errors.

Everything runs on embedded servers of this test's own, because their log is part of what is searched.
"""

import asyncio
import base64
import json

import asyncpg
import pytest
from redis import Redis

from cli.servers.start import embedded_servers
from glaze.db.migrate import upgrade
from tests.cli.running import SHARED, environment, run, run_well

SAMPLES = SHARED / "samples"

# The 1:1 message and its link, the exporter's words for others, and every key in the official sample.
PRIVATE_WORDS = (
    "please do not put this in the group page",
    "https://private.example/secret",
    "Nessie",
    "met at the repair cafe",
    "Tobbe",
    "(workshop)",
)
KEYS = ("mediaRootBackupKey", "profileKey", "masterKey", "packKey", "key", "localKey", "plaintextHash")
CHAT_WORDS = ("Found the manual for the old drill press", "Took this before I swapped it", "Next repair night")


def keys_in(node, found):
    if isinstance(node, dict):
        for name, value in node.items():
            if name in KEYS and isinstance(value, str):
                found.add(value)
            keys_in(value, found)
    elif isinstance(node, list):
        for value in node:
            keys_in(value, found)
    return found


def guises(words: str) -> set[str]:
    """The same text plain, JSON-escaped, in base64 at any of its three alignments, and in hex."""
    raw = words.encode()
    aligned = {base64.b64encode(b"\0" * shift + raw).decode().rstrip("=")[4 if shift else 0 : -2] for shift in range(3)}
    return {words, json.dumps(words)[1:-1], raw.hex(), *aligned}


async def everything_in(database_url: str) -> str:
    connection = await asyncpg.connect(database_url)
    try:
        tables = await connection.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        texts = [
            row[0] for table in tables for row in await connection.fetch(f"SELECT t::text FROM {table['tablename']} t")
        ]
    finally:
        await connection.close()
    return "\n".join(texts)


def everything_in_redis(redis_url: str) -> str:
    with Redis.from_url(redis_url) as redis:
        return "\n".join(repr((key, redis.dump(key))) for key in redis.scan_iter("*"))


async def force(database_url: str, statement: str) -> None:
    connection = await asyncpg.connect(database_url)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


@pytest.fixture(scope="module")
def searched(tmp_path_factory):
    """Import the official sample, take snapshots, write bios, force errors; then all there is to search, by place."""
    if not SAMPLES.exists():
        pytest.fail("shared/samples is not beside the project: put it there first")
    folder = tmp_path_factory.mktemp("private")
    official = str(SAMPLES / "official_signal_export")
    said = []
    with embedded_servers(folder / "servers", durable=False) as servers:
        upgrade(servers.database_url)
        env = environment(servers.database_url, servers.redis_url, folder / "storage", GLAZE_LOG_LEVEL="DEBUG")
        run_well(env, "import", official, "--group", "Thursday Builders 🛠️")
        for arguments in (("signal-profile", "snapshot", "--all"), ("signal-profile", "glaze", "--all")):
            ended = run(env, *arguments)
            said += [ended.stdout, ended.stderr]
            assert ended.returncode == 0, ended.stderr
        # An error of PostgreSQL quotes the row that broke a rule: force one at every step.
        for table, column in (("request_comments", "body"), ("comment_links", "url"), ("editions", "payload::text")):
            asyncio.run(
                force(
                    servers.database_url,
                    f"ALTER TABLE {table} ADD CONSTRAINT forced CHECK (length({column}) < 3) NOT VALID",
                )
            )
        asyncio.run(force(servers.database_url, "UPDATE user_attributes SET value = value || 'x' WHERE kind = 'aci'"))
        asyncio.run(force(servers.database_url, "UPDATE evidence_versions SET version = version + 1"))
        for arguments in (("import", official, "--all-groups"), ("signal-profile", "glaze", "--all")):
            ended = run(env, *arguments)
            said += [ended.stdout, ended.stderr]
        errors = "\n".join(said)
        places = {
            "tables": asyncio.run(everything_in(servers.database_url)),
            "redis": everything_in_redis(servers.redis_url),
            "storage": "\n".join(
                path.name + path.read_text(encoding="utf-8", errors="replace")
                for path in (folder / "storage").rglob("*")
                if path.is_file()
            ),
            "output and errors": errors,
            "server logs": "\n".join(path.read_text(errors="replace") for path in servers.logs if path.exists()),
        }
    lines = (SAMPLES / "official_signal_export").rglob("main.jsonl")
    keys: set[str] = set()
    for path in lines:
        for line in path.read_text(encoding="utf-8").splitlines():
            keys_in(json.loads(line), keys)
    assert len(keys) > 10
    return places, keys


def test_private_words_are_found_nowhere(searched):
    places, _ = searched
    for place, text in places.items():
        for words in PRIVATE_WORDS:
            assert [guise for guise in guises(words) if guise in text] == [], place


def test_no_key_of_the_export_is_kept_in_any_form(searched):
    places, keys = searched
    for place, text in places.items():
        for key in keys:
            raw = base64.b64decode(key)
            assert key not in text, place
            assert raw.hex() not in text, place


def test_the_chat_itself_is_in_no_log_and_no_error(searched):
    places, _ = searched
    for place in ("output and errors", "server logs", "redis"):
        for words in (*CHAT_WORDS, "Calloway", "Lindqvist", "15550100002", "870466a5-1999-5a03-8cc5-35637d1be557"):
            assert [guise for guise in guises(words) if guise in places[place]] == [], place


def test_the_errors_were_really_forced_and_say_what_to_do(searched):
    places, _ = searched
    assert "CheckViolation" in places["output and errors"]
    assert "Traceback" not in places["output and errors"]


def test_no_artifact_shows_an_account(searched):
    places, _ = searched
    assert "870466a5-1999-5a03-8cc5-35637d1be557" not in places["storage"]
    assert "15550100002" not in places["storage"]
