"""Opaque global ids: how the one id of the API is made of a type's name and its keys, and read back."""

import base64
import binascii
from collections.abc import Sequence

from schema.faults import Code, FaultError

_MAX_LENGTH = 2048
_BIGINT = 2**63


def global_id(type_name: str, *keys: int | str) -> str:
    """The id of an object. One object has one id: base64url without padding of `Type:key:key`."""
    plain = ":".join((type_name, *map(str, keys)))
    return base64.urlsafe_b64encode(plain.encode()).decode().rstrip("=")


def read_global_id(given: str) -> tuple[str, str]:
    """(type name, its keys as text). Raises FaultError, which does not repeat it, for what is no id of ours."""
    try:
        padded = given + "=" * (-len(given) % 4)
        plain = base64.b64decode(padded.encode("ascii"), altchars=b"-_", validate=True).decode()
    except (ValueError, binascii.Error) as error:
        raise FaultError(Code.BAD_USER_INPUT, "An id is used as the API gave it; this one is not from here.") from error
    type_name, colon, keys = plain.partition(":")
    if len(given) > _MAX_LENGTH or not colon or "\0" in plain or global_id(type_name, keys) != given:
        raise FaultError(Code.BAD_USER_INPUT, "An id is used as the API gave it; this one is not from here.")
    return type_name, keys


def read_keys(keys: str, count: int) -> Sequence[int]:
    """`count` database keys out of an id. Raises FaultError BAD_USER_INPUT where they are not such numbers."""
    parts = keys.split(":")
    if len(parts) != count or not all(_is_key(part) for part in parts):
        raise FaultError(Code.BAD_USER_INPUT, "An id is used as the API gave it; this one is not from here.")
    return [int(part) for part in parts]


def read_member_id(given: str) -> int:
    """The users.id in a Member's id. Raises FaultError BAD_USER_INPUT for the id of anything else."""
    type_name, keys = read_global_id(given)
    if type_name != "Member":
        raise FaultError(Code.BAD_USER_INPUT, "userId is the id of a Member.")
    return read_keys(keys, 1)[0]


def _is_key(part: str) -> bool:
    return part.isascii() and part.isdigit() and len(part) < 20 and str(int(part)) == part and int(part) < _BIGINT
