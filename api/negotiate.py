"""Which media types a request speaks: what it sent, and what it wants back."""

from starlette.datastructures import Headers

GRAPHQL = "application/graphql-response+json"
JSON = "application/json"

_OFFERED = (JSON, GRAPHQL)
_WITHOUT_ACCEPT = JSON
"""What the specification gives to clients older than it."""


def speaks_json(headers: Headers) -> bool:
    """Whether the body is JSON in UTF-8, sent as it is: no other type, charset or encoding is read."""
    types = headers.getlist("content-type")
    if len(types) != 1 or headers.get("content-encoding", "identity").strip().lower() != "identity":
        return False
    media_type, _, rest = types[0].partition(";")
    charset = [
        value.strip().strip('"').lower()
        for name, _, value in (part.partition("=") for part in rest.split(";"))
        if name.strip().lower() == "charset"
    ]
    return media_type.strip().lower() == JSON and all(one in ("utf-8", "utf8") for one in charset)


def wanted_type(headers: Headers) -> str | None:
    """The type to answer in; None if nothing we offer is wanted.

    Of equal wishes the first named wins; where a wildcard stands for both, JSON, as every client can read it.
    """
    given = ",".join(headers.getlist("accept")).strip()
    if not given:
        return _WITHOUT_ACCEPT
    named = [_wish(one) for one in given.split(",")]
    wishes = {offered: wish for offered in _OFFERED if (wish := _wish_for(offered, named)) is not None}
    return max(wishes, key=wishes.__getitem__, default=None)


def _wish(media_range: str) -> tuple[str, float]:
    """A part of Accept: the type or wildcard, and how much it is wanted, 0 to 1."""
    media_type, *parameters = (part.strip().lower() for part in media_range.split(";"))
    for name, _, value in (parameter.partition("=") for parameter in parameters):
        if name.strip() == "q":
            try:
                return media_type, min(1.0, max(0.0, float(value)))
            except ValueError:
                return media_type, 0.0
    return media_type, 1.0


def _wish_for(offered: str, named: list[tuple[str, float]]) -> tuple[float, int] | None:
    """How much and how early a type is wanted, by the most exact word on it; None if it is not."""
    for exactness in (offered, "application/*", "*/*"):
        for position, (media_type, quality) in enumerate(named):
            if media_type == exactness:
                return (quality, -position) if quality > 0 else None
    return None
