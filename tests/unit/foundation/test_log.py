from __future__ import annotations

import logging

import pytest
import structlog

from odoosync.crypto import BadKeyRing, parse_key_ring
from odoosync.log import LONGEST_VALUE, configure_logging, get_logger, mask_text


@pytest.fixture(autouse=True)
def _restored() -> object:
    root, ours = logging.getLogger(), structlog.get_config()
    loggers = [root, *(logging.getLogger(name) for name in ("odoosync", "uvicorn.error"))]
    handlers, levels = root.handlers[:], [one.level for one in loggers]
    yield
    root.handlers[:] = handlers
    for one, level in zip(loggers, levels, strict=True):
        one.setLevel(level)
    structlog.configure(**ours)
    return None


def written(capfd: pytest.CaptureFixture[str]) -> str:
    return capfd.readouterr().err


def test_values_under_telling_names_are_masked(capfd: pytest.CaptureFixture[str]) -> None:
    configure_logging("info", "json")
    get_logger("odoosync.t").info("event", odoo_password="hunter2", api_key="hunter2", other="fine")
    line = written(capfd)
    assert "hunter2" not in line
    assert "fine" in line


def test_telling_patterns_inside_texts_are_masked(capfd: pytest.CaptureFixture[str]) -> None:
    configure_logging("info", "console")
    logging.getLogger("lib").warning("to postgresql://u:hunter2@db with Bearer hunter2")
    assert "hunter2" not in written(capfd)


def test_an_exception_leaves_its_place_and_not_its_message(
    capfd: pytest.CaptureFixture[str],
) -> None:
    configure_logging("info", "json")
    try:
        int("hunter2")
    except ValueError:
        get_logger("odoosync.t").exception("failed")
    line = written(capfd)
    assert "hunter2" not in line
    assert "ValueError" in line
    assert "test_log.py" in line


def test_libraries_are_heard_from_warnings_on(capfd: pytest.CaptureFixture[str]) -> None:
    configure_logging("debug", "json")
    logging.getLogger("python_multipart").debug("a byte of a form")
    logging.getLogger("lib").info("something")
    logging.getLogger("lib").warning("trouble")
    get_logger("odoosync.t").debug("detail")
    lines = written(capfd)
    assert ("a byte" in lines, "something" in lines) == (False, False)
    assert ("trouble" in lines, "detail" in lines) == (True, True)


def test_a_port_is_no_password(capfd: pytest.CaptureFixture[str]) -> None:
    configure_logging("info", "console")
    logging.getLogger("lib").warning("Running on http://127.0.0.1:8000 (Press CTRL+C)")
    assert "http://127.0.0.1:8000 " in written(capfd)


def test_a_password_with_signs_is_masked_up_to_the_host(capfd: pytest.CaptureFixture[str]) -> None:
    configure_logging("info", "console")
    logging.getLogger("lib").warning("no route to postgresql://u:p@hun/ter2@db:5432/x")
    line = written(capfd)
    assert "ter2" not in line
    assert "db:5432" in line


def test_our_own_frames_are_kept_beside_the_librarys(capfd: pytest.CaptureFixture[str]) -> None:
    configure_logging("info", "json")
    try:
        parse_key_ring("nonsense")
    except BadKeyRing:
        get_logger("odoosync.t").exception("failed")
    assert "parse_key_ring" in written(capfd)


def test_a_long_text_is_cut_before_it_is_masked(capfd: pytest.CaptureFixture[str]) -> None:
    configure_logging("info", "json")
    get_logger("t").info("event", model="://:" * 25_000, models=["://:" * 25_000] * 1_000)
    assert len(written(capfd)) < 10_000


@pytest.mark.parametrize("at", range(LONGEST_VALUE - 30, LONGEST_VALUE + 2))
def test_no_part_of_a_password_is_left_where_a_text_was_cut(at: int) -> None:
    start = "x" * (at - 1) + " "
    assert "hunt" not in mask_text(f"{start}postgresql://u:hunter2hunter2@db").lower()


def test_texts_in_lists_are_masked_too(capfd: pytest.CaptureFixture[str]) -> None:
    configure_logging("info", "json")
    get_logger("t").info("event", urls=["http://u:hunter2@db"], pair=("x", ("Bearer hunter2",)))
    assert "hunter2" not in written(capfd)
