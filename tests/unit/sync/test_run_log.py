from __future__ import annotations

from collections.abc import Iterator

import pytest
import structlog

from odoosync.log import get_logger, mask_secrets, tell_listener
from odoosync.sync.run_log import MOST_LINES, hearing, line_of


@pytest.fixture
def logging() -> Iterator[structlog.stdlib.BoundLogger]:
    before = structlog.get_config()
    structlog.configure(
        processors=[structlog.processors.add_log_level, mask_secrets, tell_listener, _drop]
    )
    yield get_logger("odoosync.test")
    structlog.configure(**before)


def _drop(_logger: object, _method: str, _event: object) -> str:
    raise structlog.DropEvent


def test_a_line_holds_plain_short_values() -> None:
    fields = {"rows": 3, "fields": ("a", "b"), "said": "x" * 1000, "odd": object}
    line = line_of("info", {"event": "told\0", "run": "id", **fields})
    assert (line.message, line.fields["rows"], line.fields["fields"]) == ("told", 3, ["a", "b"])
    assert (len(line.fields["said"]), type(line.fields["odd"])) == (500, str)
    assert "run" not in line.fields


def test_lines_are_heard_within_the_block_alone(logging: structlog.stdlib.BoundLogger) -> None:
    logging.info("before")
    with hearing() as heard:
        logging.info("within", rows=3)
        logging.debug("too_quiet")
    logging.info("after")
    assert [(line.level, line.message) for line in heard.waiting] == [("info", "within")]


def test_a_secret_in_a_line_is_masked_before_it_is_heard(
    logging: structlog.stdlib.BoundLogger,
) -> None:
    with hearing() as heard:
        logging.warning("told", odoo_password="hunter2")
    assert heard.waiting[0].fields == {"odoo_password": "********"}


def test_a_flood_of_lines_is_not_kept_in_memory(logging: structlog.stdlib.BoundLogger) -> None:
    with hearing() as heard:
        for number in range(2 * MOST_LINES):
            logging.info("told", number=number)
    assert len(heard.waiting) == MOST_LINES
