"""The commands as a person types them, on real servers."""

import asyncio

import asyncpg
import pytest

from cli.demo.sample import GROUP_TITLE, MEMBER_ACI, write_sample_export
from tests.cli.running import SHARED, environment, run, run_well

OFFICIAL = SHARED / "samples" / "official_signal_export"


@pytest.fixture
def env(database_url, redis_url, tmp_path):
    return environment(database_url, redis_url, tmp_path / "storage")


@pytest.fixture
def export(tmp_path):
    return str(write_sample_export(tmp_path / "export"))


def fetch(database_url: str, statement: str):
    async def ask():
        connection = await asyncpg.connect(database_url)
        try:
            return await connection.fetch(statement)
        finally:
            await connection.close()

    return asyncio.run(ask())


def rows_in_all_tables(database_url: str) -> int:
    tables = fetch(database_url, "SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    return sum(fetch(database_url, f"SELECT count(*) FROM {row[0]}")[0][0] for row in tables)


def test_a_list_shows_the_groups_and_imports_nothing(env, export, database_url):
    before = rows_in_all_tables(database_url)
    shown = run_well(env, "import", export, "--list")
    assert GROUP_TITLE in shown
    assert "304" in shown
    assert rows_in_all_tables(database_url) == before


def test_a_dry_run_reports_the_same_and_changes_nothing(env, export, database_url):
    before = rows_in_all_tables(database_url)
    dry = run_well(env, "import", export, "--group", GROUP_TITLE, "--dry-run")
    assert rows_in_all_tables(database_url) == before
    wet = run_well(env, "import", export, "--group", GROUP_TITLE)
    assert dry.splitlines()[0] == wet.splitlines()[0]
    assert "304 comments" in wet
    assert "Next: ./wb signal-profile snapshot --all" in wet


def test_a_group_is_chosen_by_slug_too_and_a_second_import_adds_nothing(env, export):
    run_well(env, "import", export, "--group", "kettle-lane-lending-shed")
    again = run_well(env, "import", export, "--group", "kettle-lane-lending-shed")
    assert "0 new, 0 edited, 0 deleted, 0 reactions changed" in again


def test_a_chat_of_two_is_never_imported(env, export, database_url):
    run_well(env, "import", export, "--all-groups")
    assert fetch(database_url, "SELECT 1 FROM request_comments WHERE body LIKE '%houseboat%'") == []


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("import", "nowhere.jsonl", "--all-groups"), ""),
        (("import", "README.md", "--all-groups"), "export"),
        (("import", "cli", "--all-groups"), "export"),
        (("import", "EXPORT"), "--group"),
        (("import", "EXPORT", "--group", "No Such Group"), "--list"),
        (("import", "EXPORT", "--group", GROUP_TITLE, "--into", "nowhere"), "--into"),
        (("import", "EXPORT", "--group", GROUP_TITLE, "--timezone", "Mars/Olympus"), "zone"),
        (("link", "--user", "somebody", "--identity", "aci:00000000-0000-0000-0000-000000000000"), "identity"),
        (("link", "--user", "signal:1", "--identity", "name:x"), "signal:"),
        (("link", "--user", "somebody", "--identity", "nonsense"), "aci:"),
        (("signal-profile", "snapshot"), "--user"),
        (("signal-profile", "glaze", "--user", "nobody-here"), "user"),
        (("signal-profile", "glaze", "--all", "--group-slug", "nowhere"), "slug"),
    ],
)
def test_bad_input_gets_one_sentence_and_changes_nothing(env, export, database_url, arguments, says):
    before = rows_in_all_tables(database_url)
    ended = run(env, *(export if word == "EXPORT" else word for word in arguments))
    assert ended.returncode == 1
    lines = [line for line in ended.stderr.splitlines() if line.startswith("wb: ")]
    assert len(lines) == 1
    assert says in lines[0]
    assert "Traceback" not in ended.stderr
    assert rows_in_all_tables(database_url) == before


def test_wrong_usage_ends_with_two(env):
    assert run(env, "import").returncode == 2
    assert run(env, "no-such-command").returncode == 2


def test_with_the_flag_off_import_works_and_snapshot_and_glaze_say_so(env, export, database_url):
    off = env | {"PROFILE_SIGNAL_GLAZE": "0"}
    run_well(off, "import", export, "--group", GROUP_TITLE)
    before = rows_in_all_tables(database_url)
    for command in ("snapshot", "glaze"):
        ended = run(off, "signal-profile", command, "--all")
        assert ended.returncode == 4
        assert "PROFILE_SIGNAL_GLAZE=1" in ended.stderr
    assert rows_in_all_tables(database_url) == before


def test_from_import_to_bio_and_again(env, export, tmp_path, database_url):
    run_well(env, "import", export, "--group", GROUP_TITLE)
    assert "13 (user, group) pairs: 13 changed" in run_well(env, "signal-profile", "snapshot", "--all")
    artifacts = list((tmp_path / "storage" / "signal_profiles").glob("*.json"))
    assert len(artifacts) == 13
    assert "published" in run_well(env, "signal-profile", "glaze", "--all")
    again = run_well(env, "signal-profile", "glaze", "--all")
    assert "unchanged" in again
    assert "  published" not in again
    editions = fetch(database_url, "SELECT count(*) FROM editions")[0][0]
    assert editions == fetch(database_url, "SELECT count(*) FROM user_profile_highlights")[0][0]


def test_a_dry_run_of_snapshot_and_glaze_writes_nothing(env, export, tmp_path, database_url):
    run_well(env, "import", export, "--group", GROUP_TITLE)
    before = rows_in_all_tables(database_url)
    run_well(env, "signal-profile", "snapshot", "--all", "--dry-run")
    assert "nothing was stored" in run_well(env, "signal-profile", "glaze", "--all", "--dry-run")
    assert rows_in_all_tables(database_url) == before
    assert not (tmp_path / "storage" / "signal_profiles").exists()


def test_link_and_unlink_one_user(env, export, tmp_path):
    run_well(env, "import", export, "--group", GROUP_TITLE)
    identity = f"aci:{MEMBER_ACI}"
    assert "Linked." in run_well(env, "link", "--user", "auth0|1/2", "--identity", identity)
    assert "so already" in run_well(env, "link", "--user", "auth0|1/2", "--identity", identity)
    run_well(env, "signal-profile", "snapshot", "--user", "auth0|1/2")
    assert (tmp_path / "storage" / "signal_profiles" / "auth0%7C1%2F2.json").exists()
    assert "Unlinked." in run_well(env, "unlink", "--identity", identity)


def test_db_check_upgrade_and_downgrade(env):
    assert "fits the code" in run_well(env, "db", "check")
    run_well(env, "db", "downgrade", "base")
    ended = run(env, "db", "check")
    assert ended.returncode == 1
    assert "./wb db upgrade" in ended.stderr
    run_well(env, "db", "upgrade")
    assert "fits the code" in run_well(env, "db", "check")


def test_a_command_on_a_database_that_is_not_migrated_says_what_to_run(env, export):
    run_well(env, "db", "downgrade", "base")
    ended = run(env, "import", export, "--all-groups")
    assert ended.returncode == 1
    assert "./wb db upgrade" in ended.stderr


def test_a_token_is_issued_in_development_only(env):
    assert run_well(env, "token", "--user", "somebody", "--admin").count(".") == 2
    secrets = {"GLAZE_SECRET": "x" * 40, "GLAZE_JWT_SECRET": "y" * 40, "GLAZE_ENV": "production"}
    assert run(env | secrets, "token", "--user", "somebody").returncode == 1


def test_a_wrong_setting_is_named_and_its_value_is_not(env):
    ended = run(env | {"GLAZE_JWT_SECRET": "too-short-and-secret"}, "db", "check")
    assert ended.returncode == 1
    assert "GLAZE_JWT_SECRET" in ended.stderr
    assert "too-short-and-secret" not in ended.stderr


def test_the_official_sample_comes_in_with_the_counts_it_must_have(env, database_url):
    if not OFFICIAL.exists():
        pytest.fail("shared/samples is not beside the project: put it there first")
    report = run_well(env, "import", str(OFFICIAL), "--all-groups")
    assert "11 comments by" in report
    assert "1  messages of other chats" in report
    assert "3  system items" in report
    assert "1  deleted for everyone" in report
