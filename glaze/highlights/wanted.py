"""What a bio of today would be made with: prompt, style, model and guard; and the fingerprint of it all (R14)."""

from dataclasses import dataclass
from functools import lru_cache

from glaze.fingerprint import digest
from glaze.highlights.freshness import Wanted
from glaze.highlights.guard import guard_version
from glaze.llm.prompts import Prompt, load_prompt
from glaze.settings import Settings

ROOM = "highlights"
PROMPT = "bio"
STYLE = "plain"
"""The one style there is until styles are a room of their own."""


@dataclass(frozen=True)
class Making:
    """Everything beside the evidence that decides how a bio comes out."""

    prompt: Prompt
    style: str
    model_asked: str
    guard_version: str

    @property
    def digest(self) -> str:
        """Names it all in a job's key (R25)."""
        return digest([self.prompt.hash, self.style, self.model_asked, self.guard_version])

    @property
    def wanted(self) -> Wanted:
        """What freshness compares editions with (R15)."""
        return Wanted(self.prompt.hash, self.model_asked, self.guard_version)

    def fingerprint(self, snapshot_hash: str) -> str:
        """Snapshot hash + prompt + style + model asked for + guard version (R14)."""
        return digest([snapshot_hash, self.prompt.hash, self.style, self.model_asked, self.guard_version])


def making_of(settings: Settings) -> Making:
    """How bios are made under these settings."""
    return Making(_prompt(), STYLE, settings.model_asked, guard_version())


@lru_cache(maxsize=1)
def _prompt() -> Prompt:
    return load_prompt(ROOM, PROMPT)
