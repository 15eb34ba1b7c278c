"""Orders: what makes two asks the same, and their way into a row and back."""

import pytest

from glaze.jobs.catalogue import (
    ORDERS,
    GlazeOrder,
    Order,
    Requested,
    SnapshotOrder,
    UnreadableOrderError,
    read_order,
)


def glaze(requested: Requested = "command", *, version: int = 3, digest: str = "d", ordinal: int = 0) -> GlazeOrder:
    return GlazeOrder(
        user_id=7, group_id=9, requested=requested, evidence_version=version, wanted_digest=digest, ordinal=ordinal
    )


def test_a_glaze_order_serialises_on_user_and_group() -> None:
    assert glaze().subject == "7:9"
    assert SnapshotOrder(group_id=9).subject == "9"


def test_the_key_of_a_glaze_order_moves_with_evidence_wish_and_ordinal_but_not_with_who_asks() -> None:
    keys = {glaze().idem_key, glaze(version=4).idem_key, glaze(digest="e").idem_key, glaze(ordinal=1).idem_key}

    assert len(keys) == 4
    assert glaze("person").idem_key == glaze("cron").idem_key


def test_snapshots_of_one_occasion_are_one_and_without_an_occasion_each_ask_is_new() -> None:
    assert (
        SnapshotOrder(group_id=9, occasion="import:1").idem_key
        == SnapshotOrder(group_id=9, occasion="import:1").idem_key
    )
    assert SnapshotOrder(group_id=9).idem_key != SnapshotOrder(group_id=9).idem_key


@pytest.mark.parametrize("order", [glaze("person", ordinal=2), SnapshotOrder(group_id=9)])
def test_an_order_comes_back_from_its_payload_as_it_was(order: Order) -> None:
    assert read_order(order.kind, order.payload()) == order


def test_every_order_stands_in_the_register_under_its_own_kind() -> None:
    assert set(Order.__subclasses__()) == set(ORDERS.values())
    assert all(order.kind == kind for kind, order in ORDERS.items())


def test_what_newer_code_adds_to_a_payload_is_passed_over() -> None:
    assert read_order("glaze", glaze().payload() | {"tempo": "slow"}) == glaze()


@pytest.mark.parametrize(("kind", "payload"), [("polish", {}), ("glaze", {"user_id": "7"}), ("glaze", {})])
def test_a_row_that_cannot_be_read_is_told_so(kind: str, payload: dict[str, object]) -> None:
    with pytest.raises(UnreadableOrderError):
        read_order(kind, payload)


def test_folding_keeps_the_stronger_wish_of_both() -> None:
    folded = glaze("cron", version=5, digest="new").folded_with(glaze("person", version=3, digest="old", ordinal=2))

    assert folded == glaze("person", version=5, digest="new", ordinal=2)
