"""Structured logs: one JSON object a line, with ids instead of personal data."""

import logging
import re
import sys
from typing import Any

import structlog
from structlog.typing import EventDict, Processor

from webapp.config import Settings

ADDRESS = re.compile(r"[^\s@<>\"']+@[^\s@<>\"']+")


def configure(settings: Settings) -> None:
    shared: list[Processor] = [
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _without_addresses,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.format_exc_info,
                _without_addresses,
                structlog.processors.JSONRenderer(),
            ],
        )
    )
    logging.basicConfig(handlers=[handler], level=logging.INFO, force=True)


def _without_addresses(_logger: Any, _method: str, event: EventDict) -> EventDict:
    """Exceptions and server replies quote email addresses; logs must not."""
    return {name: ADDRESS.sub("<address>", value) if isinstance(value, str) else value for name, value in event.items()}
