"""`/live` and `/ready`: whether the process turns, and whether it can serve."""

from cli.servers.start import Servers
from tests.running_api import RunningApi, running_api, settings_for


def test_a_server_whose_servers_stand_is_ready(api: RunningApi) -> None:
    assert (api.client.get("/live").status_code, api.client.get("/live").text) == (200, "live")
    ready = api.client.get("/ready")
    assert (ready.status_code, ready.json()) == (200, {"database": "ok", "redis": "ok"})


def test_a_database_without_migrations_is_not_ready_and_says_what_to_run(bare_api: RunningApi) -> None:
    ready = bare_api.client.get("/ready")
    assert (ready.status_code, ready.json()["redis"]) == (503, "ok")
    assert "./wb db upgrade" in ready.json()["database"]


def test_servers_that_do_not_answer_are_named_without_their_address(servers: Servers) -> None:
    gone = settings_for("postgresql://somebody:secret@127.0.0.1:1/none", "redis://:secret@127.0.0.1:1/0")
    with running_api(gone) as api:
        ready = api.client.get("/ready")
        assert (ready.status_code, ready.json()) == (503, {"database": "does not answer", "redis": "does not answer"})
        assert api.client.get("/live").status_code == 200
