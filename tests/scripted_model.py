"""A model endpoint that does as it is told: a real server on a loopback port, well or ill behaved by script.

In one process: `with scripted_model() as model: model.script(ok("{}"), status(500))`. For others it runs alone
(`python -m tests.scripted_model --port 8123`) and takes the same steps as JSON by POST /__script; GET /__log
tells what was asked. Each call takes the next step, the last step stays.
"""

import argparse
import asyncio
import contextlib
import json
import socket
import threading
import time
from collections.abc import AsyncIterator, Iterator
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

Step = dict[str, Any]


def ok(content: str, **more: Any) -> Step:
    """A good answer; `usage`, `finish_reason`, `message`, `id`, `model`, `choices` may be set, and `after` seconds."""
    return {"kind": "ok", "content": content, **more}


def status(code: int, error_code: str | None = None, text: str = "no", **headers: str) -> Step:
    """An error as OpenAI words it; headers with `_` for `-`."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    body = {"error": {"message": text, "type": "error", "code": error_code}}
    return {"kind": "raw", "status": code, "headers": named, "body": json.dumps(body), "type": "application/json"}


def body(text: str, content_type: str = "application/json", code: int = 200, **headers: str) -> Step:
    """Any body at all."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return {"kind": "raw", "status": code, "headers": named, "body": text, "type": content_type}


def knows_only(*formats: str, content: str) -> Step:
    """400 to every `response_format` that is not listed (`json_schema`, `json_object`, `none`), else a good answer."""
    return {"kind": "knows_only", "formats": list(formats), "content": content}


HANG: Step = {"kind": "hang"}
"""Takes the request and never answers."""

CUT: Step = {"kind": "cut"}
"""Breaks the connection in the middle of the body."""

ENDLESS: Step = {"kind": "endless"}
"""Sends as fast as it can and never ends."""


def drip(content: str, pause: float = 0.03) -> Step:
    """A good answer, one character at a time."""
    return {"kind": "drip", "content": content, "pause": pause}


def completion(step: Step) -> dict[str, Any]:
    """The body of a chat completion."""
    message = {"role": "assistant", "content": step.get("content"), "refusal": None} | step.get("message", {})
    choice = {"index": 0, "message": message, "finish_reason": step.get("finish_reason", "stop"), "logprobs": None}
    told: dict[str, Any] = {
        "id": step.get("id", "chatcmpl-7"),
        "object": "chat.completion",
        "created": 1_760_000_000,
        "model": step.get("model", "scripted-1"),
        "choices": step.get("choices", [choice]),
    }
    usage = step.get("usage", {"prompt_tokens": 90, "completion_tokens": 15, "total_tokens": 105})
    return told if usage is None else told | {"usage": usage}


class ScriptedModel:
    """The running server: its address, what it shall do next, and what it was asked."""

    def __init__(self) -> None:
        self.url = ""
        self.calls: list[dict[str, Any]] = []
        """Each call as `{"headers": {...}, "json": {...}}`, oldest first."""
        self._steps: list[Step] = []

    def script(self, *steps: Step) -> None:
        """Set what the next calls bring, and forget the past."""
        self._steps = list(steps)
        self.calls = []

    def app(self) -> Starlette:
        """The ASGI application."""
        return Starlette(
            routes=[
                Route("/v1/chat/completions", self._complete, methods=["POST"]),
                Route("/__script", self._set_script, methods=["POST"]),
                Route("/__log", self._tell_log),
            ]
        )

    async def _set_script(self, request: Request) -> Response:
        self.script(*await request.json())
        return JSONResponse({"steps": len(self._steps)})

    async def _tell_log(self, _request: Request) -> Response:
        return JSONResponse(self.calls)

    async def _complete(self, request: Request) -> Response:
        asked = await request.json()
        self.calls.append({"headers": dict(request.headers), "json": asked})
        step = self._steps.pop(0) if len(self._steps) > 1 else self._steps[0]
        match step["kind"]:
            case "ok":
                await asyncio.sleep(step.get("after", 0))
                return JSONResponse(completion(step))
            case "raw":
                return Response(step["body"], step["status"], step["headers"], step["type"])
            case "knows_only":
                if asked.get("response_format", {"type": "none"})["type"] in step["formats"]:
                    return JSONResponse(completion(step))
                return JSONResponse({"error": {"message": "response_format is unknown", "code": "unknown"}}, 400)
            case "hang":
                while (await request.receive())["type"] != "http.disconnect":
                    pass
                return Response()
            case "drip":
                return StreamingResponse(_dripping(step), media_type="application/json")
            case "cut":
                return StreamingResponse(_cut(), headers={"content-length": "5000"}, media_type="application/json")
            case "endless":
                return StreamingResponse(_endless(), media_type="application/json")
        raise ValueError(f"no such step: {step['kind']}")


async def _dripping(step: Step) -> AsyncIterator[bytes]:
    for char in json.dumps(completion(step)):
        yield char.encode()
        await asyncio.sleep(step["pause"])


async def _cut() -> AsyncIterator[bytes]:
    yield b'{"id": "chatcmpl-7", "choices": [{"mess'
    raise ConnectionAbortedError


async def _endless() -> AsyncIterator[bytes]:
    yield b'{"id": "'
    while True:
        yield b"x" * 65_536
        await asyncio.sleep(0)  # else a loop whose client has gone never hears of it


@contextlib.contextmanager
def scripted_model() -> Iterator[ScriptedModel]:
    """A running ScriptedModel on a free loopback port, in a thread and an event loop of its own."""
    model = ScriptedModel()
    listener = socket.create_server(("127.0.0.1", 0))
    model.url = f"http://127.0.0.1:{listener.getsockname()[1]}/v1"
    server = uvicorn.Server(
        uvicorn.Config(model.app(), log_config=None, lifespan="off", ws="none", timeout_graceful_shutdown=1)
    )
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    try:
        until = time.monotonic() + 5
        while not server.started:
            if time.monotonic() > until or not thread.is_alive():
                raise RuntimeError("the scripted model did not start")
            time.sleep(0.005)
        yield model
    finally:
        server.should_exit = True
        thread.join(timeout=5)
        listener.close()


def main() -> None:
    """Run alone, answering `{}` until told otherwise."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=8123)
    model = ScriptedModel()
    model.script(ok("{}"))
    uvicorn.run(model.app(), host="127.0.0.1", port=parser.parse_args().port, lifespan="off", ws="none")


if __name__ == "__main__":
    main()
