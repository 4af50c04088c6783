"""Logging: structured lines, one format for us and for the libraries, and no secrets in them."""

from __future__ import annotations

import logging
import os
import re
import sys
from collections.abc import Callable, Iterator, MutableMapping
from contextlib import contextmanager
from contextvars import ContextVar
from itertools import islice
from pathlib import Path
from typing import Any, Final, Literal

import structlog

MASK: Final = "********"
_SENSITIVE: Final = re.compile(
    r"password|passwd|secret|token|authorization|api_?key|cookie", re.IGNORECASE
)
_OUR_FOLDER: Final = f"{Path(__file__).parent}{os.sep}"
_TOLD: Final = re.compile(r"(?i)(bearer\s+|basic\s+|password[\"']?\s*[=:]\s*[\"']?)[^\s\"'@,}]+")
_WORD: Final = re.compile(r"[^\s\"']+")
_USER: Final = re.compile(r"://[^\s/:@]*:")
LONGEST_VALUE: Final = 4_096
"""Characters of a text that are looked at, and written: some come from servers of others."""
MOST_VALUES: Final = 200
_DEEPEST: Final = 4


def mask_secrets(
    _logger: object, _method: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """Mask values under telling names, and telling patterns inside texts; cut what is long."""
    for key, value in event.items():
        event[key] = MASK if _SENSITIVE.search(key[:LONGEST_VALUE]) else _masked(value)
    return event


def _masked(value: Any, deep: int = 0) -> Any:
    if isinstance(value, str):
        return mask_text(value)
    if isinstance(value, list | tuple | set | frozenset):
        if deep == _DEEPEST:
            return "…"
        return [_masked(one, deep + 1) for one in islice(value, MOST_VALUES)]
    return value


def mask_text(text: str) -> str:
    """Mask what tells of a secret, in time that grows with the text and no faster."""
    kept = text[:LONGEST_VALUE]
    kept = _TOLD.sub(lambda found: found[1] + MASK, kept)
    if "://" in kept:
        is_cut = len(text) > LONGEST_VALUE
        ends = len(kept) if is_cut else -1
        kept = _WORD.sub(lambda word: _without_login(word[0], cut=word.end() == ends), kept)
    return f"{kept}…" if len(text) > LONGEST_VALUE else kept


def _without_login(word: str, *, cut: bool) -> str:
    """Mask the password of a URL: it ends at the last `@`, or where the word itself was cut."""
    ends = len(word) if cut else word.rfind("@")
    user = _USER.search(word, 0, ends) if ends > 0 else None
    if user is None or user.end() >= ends:
        return word
    return f"{word[: user.end()]}{MASK}{word[ends:]}"


Listener = Callable[[MutableMapping[str, Any]], None]
_listener: ContextVar[Listener | None] = ContextVar("listener", default=None)


@contextmanager
def overheard(listener: Listener) -> Iterator[None]:
    """Tell `listener` of every line of ours, masked, in this task and those that it starts."""
    token = _listener.set(listener)
    try:
        yield
    finally:
        _listener.reset(token)


def tell_listener(
    _logger: object, _method: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    listener = _listener.get()
    if listener is not None:
        listener(dict(event))
    return event


def _brief_exception(
    _logger: object, _method: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """Keep frames without values: a traceback's locals and messages can hold anything."""
    info = event.pop("exc_info", None)
    if info is True:
        info = sys.exc_info()
    if isinstance(info, tuple):
        info = info[1]
    if not isinstance(info, BaseException):
        return event
    ours: list[str] = []
    frames: list[str] = []
    trace = info.__traceback__
    while trace is not None:
        code = trace.tb_frame.f_code
        frame = f"{code.co_filename.rpartition('/')[2]}:{trace.tb_lineno} {code.co_name}"
        (ours if _OUR_FOLDER in code.co_filename else frames).append(frame)
        trace = trace.tb_next
    event["exception"] = type(info).__qualname__
    event["frames"] = [*ours[-6:], *frames[-2:]]  # theirs are where it broke, ours why
    return event


_processors: list[structlog.typing.Processor] = []
"""One list for good: loggers that were used before keep it, and are to follow."""


def configure_logging(level: str, form: Literal["console", "json"]) -> None:
    """Send our lines and those of every library to standard error in one shape."""
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _brief_exception,
        mask_secrets,
    ]
    renderer: structlog.typing.Processor = (
        structlog.processors.JSONRenderer()
        if form == "json"
        else structlog.dev.ConsoleRenderer(colors=False)
    )
    handler = logging.StreamHandler()
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[structlog.stdlib.ExtraAdder(), *shared],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    # A library's lines can be as many as a caller wants: one for each `&` of a form.
    root.setLevel(max(logging.WARNING, _number(level)))
    logging.getLogger("odoosync").setLevel(_number(level))
    logging.getLogger("uvicorn.error").setLevel(max(logging.INFO, _number(level)))
    _processors[:] = [
        *shared,
        tell_listener,
        structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
    ]
    structlog.configure(
        processors=_processors,
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )


def _number(level: str) -> int:
    return logging.getLevelNamesMapping()[level.upper()]


def get_logger(name: str) -> structlog.stdlib.BoundLogger:
    logger: structlog.stdlib.BoundLogger = structlog.stdlib.get_logger(name)
    return logger


class FailureLog:
    """Logs what fails again and again once, until it works or fails otherwise."""

    def __init__(self, logger: Any) -> None:
        self._log = logger
        self._known: dict[object, str] = {}

    def failed(self, key: object, error: Exception, event: str, **about: Any) -> None:
        kind = type(error).__name__
        if self._known.get(key) != kind:
            self._known[key] = kind
            self._log.warning(event, error=kind, **about)

    def worked(self, key: object) -> None:
        self._known.pop(key, None)
