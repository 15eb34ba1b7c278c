"""How things are told apart: canonical JSON (RFC 8785) and SHA-256 over it."""

import hashlib
import hmac

import orjson

_MAX_EXACT = 2**53 - 1


def canonical_json(value: object) -> bytes:
    """RFC 8785 bytes of a value made of dict, list, tuple, str, int, bool and None.

    Keys are ordered by UTF-16 code units as the RFC wants; sorting by code points differs for emoji keys
    beside U+FE0F. Raises TypeError for floats, integers beyond 2**53-1 and anything JSON has no word for.
    """
    return orjson.dumps(_ordered(value))


def digest(value: object) -> str:
    """SHA-256 of the canonical JSON, as 64 hex digits."""
    return hashlib.sha256(canonical_json(value)).hexdigest()


def digest_bytes(content: bytes) -> str:
    """SHA-256 of bytes as they are, as 64 hex digits."""
    return hashlib.sha256(content).hexdigest()


def keyed_digest(secret: str, content: str) -> str:
    """HMAC-SHA-256 as 64 hex digits: only the holder of the secret can recompute it."""
    return hmac.new(secret.encode(), content.encode(), hashlib.sha256).hexdigest()


def _ordered(value: object) -> object:
    if value is None or isinstance(value, (str, bool)):
        return value
    if isinstance(value, int):
        if abs(value) > _MAX_EXACT:
            raise TypeError(f"an integer beyond 2**53-1 has no exact JSON form: {value.bit_length()} bits")
        return value
    if isinstance(value, (list, tuple)):
        return [_ordered(item) for item in value]
    if isinstance(value, dict):
        keys = list(value)
        if not all(isinstance(key, str) for key in keys):
            raise TypeError("JSON keys are strings")
        if any(not key.isascii() for key in keys):
            keys.sort(key=lambda key: key.encode("utf-16-be", "surrogatepass"))
        else:
            keys.sort()
        return {key: _ordered(value[key]) for key in keys}
    raise TypeError(f"{type(value).__name__} has no canonical JSON form")
