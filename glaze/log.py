"""How the house speaks to its operators: structured events `room.deed` with ids and counts, never text."""

import logging
import sys
from collections.abc import MutableMapping
from typing import Any, Literal

import structlog

LogFormat = Literal["console", "json"]

# A key that could carry chat text, a name, a number or a secret is dropped even when a caller slips.
_NEVER = frozenset(
    {
        "body",
        "text",
        "content",
        "message",
        "prompt",
        "reply",
        "name",
        "display_name",
        "title",
        "e164",
        "phone",
    }
    | {"email", "token", "secret", "api_key", "authorization", "password", "url", "query", "variables"}
)


def _drop_private(_logger: object, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    for key in _NEVER & event.keys():
        event[key] = "[dropped]"
    return event


def _name_exceptions(_logger: object, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Replace an exception by its type and place: messages of drivers and parsers quote what they choke on."""
    error = event.pop("exc_info", None)
    if error is True:
        error = sys.exc_info()[1]
    if isinstance(error, tuple):
        error = error[1]
    if isinstance(error, BaseException):
        event["error"] = type(error).__name__
        event["error_code"] = getattr(error, "code", None) or getattr(error, "sqlstate", None)
        event["error_at"] = _place(error)
    return event


def _place(error: BaseException) -> str:
    trace = error.__traceback__
    if trace is None:
        return ""
    while trace.tb_next is not None:
        trace = trace.tb_next
    return f"{trace.tb_frame.f_globals.get('__name__', '?')}:{trace.tb_lineno}"


def setup_logging(log_format: LogFormat, level: str = "INFO") -> None:
    """Send every log line of this process to stderr in one form.

    Other libraries keep to warnings: their info lines hold URLs and statements. Their exceptions pass through
    the same naming as ours, so that no message of a driver reaches a log.
    """
    render: Any = (
        structlog.processors.JSONRenderer()
        if log_format == "json"
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _drop_private,
        _name_exceptions,
    ]
    structlog.configure(
        processors=[*shared, render],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level]),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, render],
            foreign_pre_chain=shared,
        )
    )
    logging.root.handlers = [handler]
    logging.root.setLevel(logging.WARNING)


def get_logger(room: str) -> structlog.typing.FilteringBoundLogger:
    """A logger whose lines carry the room they come from."""
    logger: structlog.typing.FilteringBoundLogger = structlog.get_logger(room=room)
    return logger
