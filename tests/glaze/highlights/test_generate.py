"""Which bios are due, and what a batch comes to."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from glaze.changes.types import ChangeReason
from glaze.db.engine import Database
from glaze.highlights import generate as writing
from glaze.highlights.conclude import Generated, conclude
from glaze.highlights.wanted import making_of
from tests.factories import make_person
from tests.glaze.highlights.scene import (
    Scene,
    audit,
    came_to,
    delete,
    do,
    editions,
    highlight_of,
    move,
    react,
    say,
    set_scene,
    settings_of,
    stale,
    write,
)

# --- what is due ---


async def test_what_is_published_is_not_written_again(scene: Scene) -> None:
    assert came_to(await write(scene)) == {"published": 1}
    assert came_to(await write(scene)) == {"unchanged": 1}
    assert len(await editions(scene)) == 1


async def test_unless_one_insists(scene: Scene) -> None:
    await write(scene)
    assert came_to(await write(scene, force=True)) == {"published": 1}
    assert len(await editions(scene)) == 2


async def test_evidence_that_moved_and_came_to_the_same_only_moves_the_version_up(scene: Scene) -> None:
    await write(scene)
    await move(scene, ChangeReason.ANALYSIS_CHANGED)
    assert [reason.value for reason in await stale(scene)] == ["ANALYSIS_CHANGED"]
    assert came_to(await write(scene)) == {"still_true": 1}
    highlight = await highlight_of(scene)
    assert highlight is not None
    assert highlight.evidence_version == 2
    assert await stale(scene) == ()
    assert len(await editions(scene)) == len(await audit(scene)) == 1


async def test_a_version_moves_up_only_where_the_same_edition_still_stands(scene: Scene) -> None:
    """Two pairs, one batch: what holds for the one says nothing of the other."""
    both = [scene.pair, scene.pair_of_bea]
    await write(scene, pairs=both)
    for pair in both:
        await do(scene.database, "UPDATE evidence_versions SET version = 5 WHERE user_id = :u", u=pair[0])
    # Somebody published another edition of Ada's since the batch has read; it bears Bea's fingerprint, to be nasty.
    bea = await highlight_of(scene, scene.pair_of_bea)
    assert bea is not None

    async def meanwhile() -> None:
        await do(
            scene.database,
            "UPDATE user_profile_highlights SET fingerprint = :f WHERE user_id = :u",
            f=bea.fingerprint,
            u=scene.pair[0],
        )

    assert came_to(await write_with(scene, meanwhile, pairs=both)) == {"still_true": 2}
    versions = [highlight.evidence_version for pair in both if (highlight := await highlight_of(scene, pair))]
    assert versions == [1, 5]


async def write_with(scene: Scene, meanwhile: Callable[[], Any], **more: Any) -> Generated:
    """Write, and let something happen between the reading and the publishing."""

    async def late(*arguments: Any, **named: Any) -> None:
        await meanwhile()
        await conclude(*arguments, **named)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(writing, "conclude", late)
        return await write(scene, **more)


@pytest.mark.parametrize("worn", ["marked_stale_at = now()", "stale_after = now() - interval '1 second'"])
async def test_what_has_worn_out_is_written_again_from_the_same_evidence(scene: Scene, worn: str) -> None:
    await write(scene)
    await do(scene.database, f"UPDATE user_profile_highlights SET {worn}")
    assert await stale(scene) != ()
    assert came_to(await write(scene)) == {"published": 1}
    assert await stale(scene) == ()


async def test_nobody_keeps_a_name_they_have_left(scene: Scene) -> None:
    """A name is in no snapshot hash, but in every bio."""
    await write(scene)
    await do(scene.database, "UPDATE group_members SET display_name = 'Alma' WHERE display_name = 'Ada Quill'")
    assert came_to(await write(scene)) == {"published": 1}
    highlight = await highlight_of(scene)
    assert highlight is not None
    assert "Alma" in highlight.bio_text
    assert "Quill" not in highlight.bio_text
    await do(scene.database, "UPDATE group_members SET display_name = '' WHERE display_name = 'Alma'")
    assert came_to(await write(scene)) == {"published": 1}
    assert came_to(await write(scene)) == {"unchanged": 1}


async def test_another_prompt_or_guard_is_due(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    await write(scene)
    making = making_of(settings_of())
    for other in (replace(making, prompt=replace(making.prompt, hash="0" * 64)), replace(making, guard_version="new")):
        with monkeypatch.context() as patch:
            patch.setattr(writing, "making_of", lambda _settings, other=other: other)
            assert came_to(await write(scene)) == {"published": 1}
            assert came_to(await write(scene)) == {"unchanged": 1}


async def test_a_pair_named_twice_is_written_once(scene: Scene) -> None:
    assert came_to(await write(scene, pairs=[scene.pair, scene.pair])) == {"published": 1}
    assert len(await editions(scene)) == 1


async def test_a_dry_run_writes_nothing(scene: Scene) -> None:
    assert came_to(await write(scene, dry_run=True)) == {"published": 1}
    assert await editions(scene) == []
    assert await audit(scene) == []


# --- nothing left to say ---


async def test_who_has_written_too_little_has_no_bio(scene: Scene) -> None:
    assert came_to(await write(scene, settings_of(GLAZE_MIN_COMMENTS=3))) == {"no_data": 1}
    assert came_to(await write(scene, settings_of(GLAZE_MIN_COMMENTS=2))) == {"published": 1}


async def test_who_only_reacted_has_none_either(database: Database) -> None:
    scene = await set_scene(database)
    async with database.transaction() as session:
        cid = await make_person(session, scene.ada.group, "cid", "Cid")
        await react(session, cid, scene.said, "👍")
    assert came_to(await write(scene, pairs=[(cid.id, scene.pair[1])])) == {"no_data": 1}


async def test_when_all_is_gone_the_highlight_is_withdrawn(scene: Scene) -> None:
    await write(scene)
    await delete(scene, scene.said, scene.shared)
    assert came_to(await write(scene)) == {"withdrawn": 1}
    assert await highlight_of(scene) is None
    assert [entry.action for entry in await audit(scene)] == ["highlight.published", "highlight.withdrawn"]
    assert came_to(await write(scene)) == {"no_data": 1}


async def test_a_withdrawal_does_not_touch_what_was_published_from_newer_evidence(scene: Scene) -> None:
    await write(scene)
    await delete(scene, scene.said, scene.shared)

    async def meanwhile() -> None:
        await say(scene)
        assert came_to(await write(scene)) == {"published": 1}

    async def late(*arguments: Any, **named: Any) -> None:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(writing, "conclude", conclude)
            await meanwhile()
        await conclude(*arguments, **named)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(writing, "conclude", late)
        assert came_to(await write(scene)) == {"no_data": 1}
    highlight = await highlight_of(scene)
    assert highlight is not None
    assert highlight.evidence_version == 3


async def test_nor_an_admin_s_override(scene: Scene) -> None:
    await write(scene)
    await do(scene.database, "UPDATE user_profile_highlights SET manual_override = true, override_text = 'By hand.'")
    await delete(scene, scene.said, scene.shared)
    assert came_to(await write(scene)) == {"no_data": 1}
    highlight = await highlight_of(scene)
    assert highlight is not None
    assert highlight.override_text == "By hand."
