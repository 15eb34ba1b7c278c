"""Global ids: one for each object, and nothing else gets in by one."""

import base64

import pytest

from schema.faults import FaultError
from schema.global_ids import global_id, read_global_id, read_keys, read_member_id


def encoded(plain: str) -> str:
    return base64.urlsafe_b64encode(plain.encode()).decode().rstrip("=")


@pytest.mark.parametrize("keys", [(1,), (7, 2**62), ("auth0|1/2",), ("a:b:ü",)])
def test_an_id_is_read_back(keys: tuple[int | str, ...]) -> None:
    assert read_global_id(global_id("Thing", *keys)) == ("Thing", ":".join(map(str, keys)))


@pytest.mark.parametrize(
    "given",
    [
        "",
        "42",
        "ada",
        encoded("Member"),
        encoded("Member:1") + "=",
        encoded("Member:1") + "\n",
        base64.b64encode(b"Member:\xff\xfe").decode(),
        base64.b64encode(b"Member:??>").decode(),
        encoded("Member:\0"),
        encoded("Member:" + "1" * 3000),
        "ünïcode",
    ],
)
def test_what_is_no_id_of_ours_is_refused_without_being_repeated(given: str) -> None:
    with pytest.raises(FaultError) as caught:
        read_global_id(given)
    assert len(given) < 2 or given not in caught.value.message


@pytest.mark.parametrize("keys", ["", "x", "-1", "+1", "01", " 1", "1:2", "1.0", "٣", str(2**63), "9" * 30])
def test_a_key_is_a_number_of_the_database_and_written_one_way(keys: str) -> None:
    with pytest.raises(FaultError):
        read_member_id(encoded(f"Member:{keys}"))


def test_a_user_id_is_the_id_of_a_member() -> None:
    assert read_member_id(global_id("Member", 5)) == 5
    assert list(read_keys("5:6", 2)) == [5, 6]
    with pytest.raises(FaultError, match="Member"):
        read_member_id(global_id("Group", 5))
