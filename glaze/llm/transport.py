"""The HTTP client under the model client: no redirects, no stray headers, no body beyond its cap."""

from collections.abc import AsyncIterator

import httpx2

from glaze.llm.endpoints import Endpoint

# `x-stainless-raw-response` is how the openai library tells itself to hand the body over unread.
_SENT = frozenset(
    {"host", "accept", "connection", "content-type", "content-length", "user-agent", "x-stainless-raw-response"}
)


class UnreadableResponseError(Exception):
    """A response that is too large, or compressed although that was declined. `status` is its HTTP status."""

    def __init__(self, status: int) -> None:
        super().__init__(f"unreadable response with status {status}")
        self.status = status


class _Capped(httpx2.AsyncByteStream):
    """A response body that ends with UnreadableResponseError once it is longer than the cap."""

    def __init__(self, inner: httpx2.AsyncByteStream, cap: int, status: int) -> None:
        self._inner = inner
        self._left = cap
        self._status = status

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for chunk in self._inner:
            self._left -= len(chunk)
            if self._left < 0:
                raise UnreadableResponseError(self._status)
            yield chunk

    async def aclose(self) -> None:
        """Give the connection back."""
        await self._inner.aclose()


def guarded_http(endpoint: Endpoint) -> httpx2.AsyncClient:
    """An HTTP client that sends what an endpoint needs and reads what a model may say.

    A redirect is an answer like any other: following it would carry prompt and key elsewhere. A proxy of the
    environment is used for https only, where it sees ciphertext. The deadline of an ask is the caller's; the
    read timeout here is only its upper bound.
    """
    key = endpoint.api_key.get_secret_value()

    async def send_only_what_is_needed(request: httpx2.Request) -> None:
        # The openai library adds OPENAI_ORG_ID, OPENAI_CUSTOM_HEADERS and a portrait of this machine, whoever
        # the endpoint is.
        headers = {name: value for name, value in request.headers.items() if name in _SENT}
        # A compressed body could be a thousand times its size once unpacked, before anybody counts.
        headers["accept-encoding"] = "identity"
        if key:
            headers["authorization"] = f"Bearer {key}"
        request.headers = httpx2.Headers(headers)

    async def read_no_more_than_the_cap(response: httpx2.Response) -> None:
        if response.headers.get("content-encoding", "identity").strip().lower() != "identity":
            raise UnreadableResponseError(response.status_code)
        if isinstance(response.stream, httpx2.AsyncByteStream):
            response.stream = _Capped(response.stream, endpoint.max_response_bytes, response.status_code)

    return httpx2.AsyncClient(
        timeout=httpx2.Timeout(endpoint.total_seconds, connect=endpoint.connect_seconds),
        follow_redirects=False,
        trust_env=endpoint.base_url.startswith("https://"),
        event_hooks={"request": [send_only_what_is_needed], "response": [read_no_more_than_the_cap]},
    )
