"""What the process holds for all requests; made at start-up, never a global."""

from dataclasses import dataclass
from typing import TypedDict

from glaze.db.engine import Database
from glaze.highlights.freshness import Wanted
from glaze.jobs.ring import Doorbell
from glaze.settings import Settings


@dataclass(frozen=True)
class State:
    """Settings, the database, the doorbell, and what a bio of today would be made with."""

    settings: Settings
    database: Database
    doorbell: Doorbell
    wanted: Wanted


class Lifespan(TypedDict):
    """What Starlette hands to each request as `request.state`."""

    glaze: State
