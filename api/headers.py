"""Headers every answer carries: it is private, so no cache keeps it, and it is what it says it is."""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

_EVERYWHERE = (
    (b"cache-control", b"no-store"),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
)


class PrivateAnswers:
    """Adds them, whoever made the answer."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, and its answer back with the headers."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_private(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", ()), *_EVERYWHERE]
            await send(message)

        await self._app(scope, receive, send_private)
