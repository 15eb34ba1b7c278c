"""The word lists of the guard, read once from prompts/highlights, and their version."""

from functools import lru_cache
from pathlib import Path

from glaze.fingerprint import digest, digest_bytes

_FOLDER = Path(__file__).resolve().parents[2] / "prompts" / "highlights"


@lru_cache(maxsize=1)
def forbidden_words() -> frozenset[str]:
    """Words that no bio holds, case-folded."""
    return frozenset(_words("forbidden.txt"))


@lru_cache(maxsize=1)
def limit_words() -> tuple[str, ...]:
    """Words about what no bio touches, case-folded; one that ends in `*` stands for all that begin so."""
    return tuple(_words("limits.txt"))


@lru_cache(maxsize=1)
def lists_version() -> str:
    """A digest of the lists as they are: a changed line is a new version."""
    return digest([digest_bytes((_FOLDER / name).read_bytes()) for name in ("forbidden.txt", "limits.txt")])


def _words(name: str) -> list[str]:
    lines = (_FOLDER / name).read_text(encoding="utf-8").splitlines()
    return [line.strip().casefold() for line in lines if line.strip() and not line.startswith("#")]
