"""Who may see whom: the one SQL condition that every read of a person goes through (R20-R22).

The condition is text, to be put into a statement: `may_see("p.user_id", "m.group_id")`. It takes the binds of
`Viewer.binds()`. Absent, forbidden and hidden fall out of the same join, so they cost the same and look the same.
"""

from collections.abc import Sequence
from typing import Any

import msgspec

# Read once a statement, whoever asks: PostgreSQL makes an InitPlan of it.
VIEWER_ROW = "(SELECT see_u.id FROM users see_u WHERE see_u.user_id = :viewer)"
"""SQL: the viewer's users.id, null for a `sub` nobody knows, who is a viewer without groups (R1)."""

# The aliases bear a prefix of their own: were one of them also the caller's, its column would shadow the caller's
# and the condition would compare it with itself, which is true for everybody.
_MAY_SEE = """(
    :flag
    AND EXISTS (SELECT FROM user_attributes see_a JOIN group_members see_m ON see_m.identity_id = see_a.id
                 WHERE see_a.user_id = {user} AND see_m.group_id = {group} AND (see_m.is_member OR :is_admin))
    AND (:is_admin
         OR EXISTS (SELECT FROM user_attributes see_a JOIN group_members see_m ON see_m.identity_id = see_a.id
                     WHERE see_a.user_id = {viewer_row} AND see_m.group_id = {group} AND see_m.is_member))
    AND NOT EXISTS (SELECT FROM user_attributes see_a JOIN opt_outs see_o ON see_o.identity_id = see_a.id
                     WHERE see_a.user_id = {user} AND see_o.group_id = {group})
    AND (:is_admin
         OR {user} = {viewer_row}
         OR NOT EXISTS (SELECT FROM user_attributes see_a JOIN hides see_h ON see_h.identity_id = see_a.id
                         WHERE see_a.user_id = {user} AND see_h.group_id = {group}))
)"""

# `seen` has a row for each group in which the viewer may see the subject, `chosen` the one that was asked for.
# Only where none was asked for does the latest activity count (R21), so only there is it looked up.
_CHOSEN_PAIRS = """
pair AS (
    SELECT p.* FROM unnest(CAST(:users AS bigint[]), CAST(:group_ids AS bigint[]), CAST(:slugs AS text[]))
                    WITH ORDINALITY AS p (user_id, group_id, slug, ord)
), seen AS (
    SELECT pair.ord, pair.user_id, pair.group_id AS asked_id, pair.slug AS asked_slug,
           g.id AS group_id, g.slug, g.title, g.timezone
      FROM pair
     CROSS JOIN LATERAL (SELECT DISTINCT gm.group_id
                           FROM user_attributes a JOIN group_members gm ON gm.identity_id = a.id
                          WHERE a.user_id = pair.user_id) theirs
      JOIN groups g ON g.id = theirs.group_id
     WHERE {may_see}
), chosen AS (
    SELECT DISTINCT ON (seen.ord) seen.ord, seen.user_id, seen.group_id, seen.slug, seen.title, seen.timezone
      FROM seen
      LEFT JOIN LATERAL (SELECT v.sent_at FROM visible_comments v WHERE v.group_id = seen.group_id
                          ORDER BY v.sent_at DESC LIMIT 1) latest
             ON seen.asked_id IS NULL AND seen.asked_slug IS NULL
     WHERE (seen.asked_id IS NULL OR seen.asked_id = seen.group_id)
       AND (seen.asked_slug IS NULL OR seen.asked_slug = seen.slug)
     ORDER BY seen.ord, latest.sent_at DESC NULLS LAST, seen.group_id
)"""


class Viewer(msgspec.Struct, frozen=True):
    """Who is asking: the token's `sub`, whether its scope makes them an admin, and whether the flag is on (R22)."""

    external_id: str
    is_admin: bool
    flag: bool

    def binds(self) -> dict[str, Any]:
        """The parameters of `may_see`."""
        return {"viewer": self.external_id, "is_admin": self.is_admin, "flag": self.flag}


class Pair(msgspec.Struct, frozen=True):
    """A subject and the group meant: by id, by slug, or neither for the one with the latest activity (R21)."""

    user_id: int
    group_id: int | None = None
    group_slug: str | None = None


def may_see(user: str, group: str) -> str:
    """SQL: may the viewer see this subject in this group? Both arguments are SQL for a users.id and a groups.id.

    The viewer shares the group or is an admin; the subject has opted out by none of their identities, and has
    not hidden, unless the viewer is the subject or an admin; the flag is on. Admins also see who has left. A user
    without identities, such as an emptied provisional one, is seen by nobody (R2).
    """
    return _MAY_SEE.format(user=user, group=group, viewer_row=VIEWER_ROW)


CHOSEN_PAIRS = _CHOSEN_PAIRS.format(may_see=may_see("pair.user_id", "g.id"))
"""SQL: common table expressions `pair`, `seen` and `chosen` (ord, user_id, group_id, slug, title, timezone)
over the binds of `pair_binds`; `chosen.ord` is the pair's position, from 1; a pair not to be seen has no row."""


def pair_binds(viewer: Viewer, pairs: Sequence[Pair]) -> dict[str, Any]:
    """The parameters of CHOSEN_PAIRS."""
    return {
        **viewer.binds(),
        "users": [pair.user_id for pair in pairs],
        "group_ids": [pair.group_id for pair in pairs],
        "slugs": [pair.group_slug for pair in pairs],
    }
