"""Docs that list things are held to the code."""

from __future__ import annotations

import re
from pathlib import Path

import typer.main
from typer.core import TyperGroup as Group

from odoosync.cli.main import app
from odoosync.settings import Settings

ROOT = Path(__file__).parents[3]
DOCS = ROOT / "docs"
FOR_TESTS = ("ODOOSYNC_TEST_", "ODOOSYNC_LIVE")


def settings_table() -> str:
    """Render what docs/settings.md must hold."""
    lines = ["| variable | default | meaning |", "| --- | --- | --- |"]
    for name, field in Settings.model_fields.items():
        shown = "" if field.default in (None, ()) else f"`{field.default}`"
        lines.append(f"| `ODOOSYNC_{name.upper()}` | {shown} | {field.description} |")
    return "\n".join(lines)


def commands_table() -> str:
    """Render what docs/commands.md must hold."""
    lines = ["| command | what it does |", "| --- | --- |"]
    root = typer.main.get_command(app)
    assert isinstance(root, Group)
    for name, command in sorted(root.commands.items()):
        if isinstance(command, Group):
            for inner, sub in sorted(command.commands.items()):
                lines.append(f"| `odoosync {name} {inner}` | {_first_line(sub.help)} |")
        else:
            lines.append(f"| `odoosync {name}` | {_first_line(command.help)} |")
    return "\n".join(lines)


def _first_line(text: str | None) -> str:
    return " ".join((text or "").strip().split("\n\n")[0].split())


def test_the_settings_doc_lists_every_setting_as_it_is() -> None:
    assert settings_table() in (DOCS / "settings.md").read_text()


def test_the_commands_doc_lists_every_command_as_it_is() -> None:
    assert commands_table() in (DOCS / "commands.md").read_text()


def test_every_link_between_docs_leads_somewhere() -> None:
    for page in [ROOT / "README.md", *DOCS.rglob("*.md")]:
        for target in re.findall(r"\]\(([^)#:]+)\)", page.read_text()):
            assert (page.parent / target).exists(), f"{page.name} links to {target}"


def test_every_setting_that_the_code_or_docs_name_exists() -> None:
    known = {f"ODOOSYNC_{name.upper()}" for name in Settings.model_fields}
    pages = [ROOT / "README.md", *DOCS.rglob("*.md"), *(ROOT / "src").rglob("*.py")]
    for page in pages:
        named = set(re.findall(r"ODOOSYNC_[A-Z][A-Z_]*[A-Z]", page.read_text()))
        strangers = {name for name in named - known if not name.startswith(FOR_TESTS)}
        assert not strangers, page.name
