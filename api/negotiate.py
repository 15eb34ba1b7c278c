"""Which media types a request speaks: what it sent, and what it wants back."""

from starlette.datastructures import Headers

GRAPHQL = "application/graphql-response+json"
JSON = "application/json"

_OFFERED = (GRAPHQL, JSON)
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

    Of equal wishes the first named wins; a wildcard means JSON, as every client can read it.
    """
    given = ",".join(headers.getlist("accept")).strip()
    if not given:
        return _WITHOUT_ACCEPT
    best: tuple[float, str] | None = None
    refused = set()
    for one in given.split(","):
        media_type, _, parameters = one.partition(";")
        quality = _quality(parameters)
        offered = _offered_as(media_type.strip().lower())
        if offered is not None and quality == 0:
            refused.add(offered)
        elif offered is not None and (best is None or quality > best[0]):
            best = (quality, offered)
    return None if best is None or best[1] in refused else best[1]


def _offered_as(media_type: str) -> str | None:
    if media_type in _OFFERED:
        return media_type
    return JSON if media_type in ("*/*", "application/*") else None


def _quality(parameters: str) -> float:
    for parameter in parameters.split(";"):
        name, _, value = parameter.partition("=")
        if name.strip().lower() == "q":
            try:
                return min(1.0, max(0.0, float(value)))
            except ValueError:
                return 0.0
    return 1.0
