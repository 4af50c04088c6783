"""Docs that list things are held to the code."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from doc_pages import DOCS, commands_table, pages
from odoosync.settings import Settings

ROOT = Path(__file__).parents[3]
NO_SETTINGS = ("ODOOSYNC_TEST_", "ODOOSYNC_LIVE", "ODOOSYNC_BENCH_")


@pytest.mark.parametrize("name", ["settings.md", "commands.md"])
def test_a_page_that_lists_what_the_code_holds_is_up_to_date(name: str) -> None:
    assert (DOCS / name).read_text() == pages()[name], "run `make docs`"


def test_every_link_between_docs_leads_somewhere() -> None:
    for page in [ROOT / "README.md", *DOCS.rglob("*.md")]:
        for target in re.findall(r"\]\(([^)#:]+)\)", page.read_text()):
            assert (page.parent / target).exists(), f"{page.name} links to {target}"


def test_every_setting_that_the_code_or_docs_name_exists() -> None:
    known = {f"ODOOSYNC_{name.upper()}" for name in Settings.model_fields}
    pages = [ROOT / "README.md", *DOCS.rglob("*.md"), *(ROOT / "src").rglob("*.py")]
    for page in pages:
        named = set(re.findall(r"ODOOSYNC_[A-Z][A-Z_]*[A-Z]", page.read_text()))
        strangers = {name for name in named - known if not name.startswith(NO_SETTINGS)}
        assert not strangers, page.name


def test_every_command_that_a_page_shows_exists() -> None:
    known = {
        line.split("`")[1].removeprefix("odoosync ") for line in commands_table().split("\n")[2:]
    }
    for page in [ROOT / "README.md", *DOCS.rglob("*.md")]:
        for block in re.findall(r"```sh\n(.*?)```", page.read_text(), re.DOTALL):
            for noun, verb in re.findall(r"bin/odoosync ([a-z-]+)(?: ([a-z-]+))?", block):
                shown = noun if noun in known else f"{noun} {verb}"
                assert shown in known, f"{page.name} shows odoosync {shown}"
