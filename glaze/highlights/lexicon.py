"""The word lists of the guard, read once from prompts/highlights, and their version."""

from functools import lru_cache
from pathlib import Path

from glaze.fingerprint import digest, digest_bytes

_FOLDER = Path(__file__).resolve().parents[2] / "prompts" / "highlights"
_LISTS = ("everyday.txt", "forbidden.txt", "limits.txt", "openers.txt")


@lru_cache(maxsize=1)
def forbidden_words() -> frozenset[str]:
    """Words that no bio holds, case-folded."""
    return frozenset(entry for entry in _entries("forbidden.txt") if entry[0].isalpha())


@lru_cache(maxsize=1)
def forbidden_signs() -> frozenset[str]:
    """Emoji that no bio holds."""
    return frozenset(entry for entry in _entries("forbidden.txt") if not entry[0].isalpha())


@lru_cache(maxsize=1)
def limit_words() -> tuple[str, ...]:
    """Words about what no bio touches, case-folded; one that ends in `*` stands for all that begin so."""
    return tuple(_entries("limits.txt"))


@lru_cache(maxsize=1)
def everyday_words() -> frozenset[str]:
    """Words, case-folded, that mean nobody although somebody may be called so."""
    return frozenset(_entries("everyday.txt"))


@lru_cache(maxsize=1)
def opening_words() -> frozenset[str]:
    """Words, case-folded, that a sentence may begin with and be about nobody else."""
    return frozenset(_entries("openers.txt"))


@lru_cache(maxsize=1)
def lists_version() -> str:
    """A digest of the lists as they are: a changed line is a new version."""
    return digest([digest_bytes((_FOLDER / name).read_bytes()) for name in _LISTS])


def _entries(name: str) -> list[str]:
    lines = (_FOLDER / name).read_text(encoding="utf-8").splitlines()
    return [line.strip().casefold() for line in lines if line.strip() and not line.startswith("#")]
