"""`odoosync connection prefer`: how a connection is synced."""

from __future__ import annotations

from typing import Annotated, Any

import orjson
import typer

from odoosync.api.schemas.preferences import PreferencesForm, changes_of, preferences_view
from odoosync.api.validation import read_form
from odoosync.cli.connecting import ConnectionId, User, at_desk
from odoosync.connections.service import Change
from odoosync.errors import InvalidInput


def prefer(
    user: User,
    connection_id: ConnectionId,
    *,
    dataset: Annotated[
        list[str] | None, typer.Option(help="Sync these only; may be repeated.")
    ] = None,
    field: Annotated[
        list[str] | None,
        typer.Option(help="Keep these fields only: contacts=name,email; may be repeated."),
    ] = None,
    language: Annotated[str | None, typer.Option(help="Of translated values: de_DE.")] = None,
    company: Annotated[
        list[int] | None, typer.Option(help="Read as these companies' ids; may be repeated.")
    ] = None,
    lookback: Annotated[
        int | None, typer.Option(help="Seconds that a sync reaches back before the last one.")
    ] = None,
    page_size: Annotated[int | None, typer.Option(help="The most rows to ask for at once.")] = None,
    call_spacing: Annotated[
        float | None, typer.Option(help="Seconds between the starts of two calls.")
    ] = None,
    parallel_calls: Annotated[int | None, typer.Option(help="Calls under way at once.")] = None,
    usual: Annotated[
        list[str] | None,
        typer.Option(help="Go back to the usual way in this, such as language; may be repeated."),
    ] = None,
) -> None:
    """Say how a connection is synced; what is left out stays. Shows how it is then."""
    given = {
        "datasets": dataset,
        "fields": _fields(field),
        "language": language,
        "company_ids": company,
        "lookback": lookback,
        "page_size": page_size,
        "call_spacing": call_spacing,
        "parallel_calls": parallel_calls,
    }
    form: dict[str, Any] = {name: value for name, value in given.items() if value is not None}
    form |= dict.fromkeys(usual or (), None)
    change = Change(preferences=changes_of(read_form(PreferencesForm, form)))
    changed = at_desk(user, lambda desk: desk.service.change(desk.owner, connection_id, change))
    for name, value in preferences_view(changed.preferences).model_dump().items():
        typer.echo(f"{name}: {orjson.dumps(value).decode() if value else 'as usual'}")


def _fields(written: list[str] | None) -> dict[str, list[str]] | None:
    """Read `dataset=field,field`. Raises InvalidInput."""
    if not written:
        return None
    found: dict[str, list[str]] = {}
    for one in written:
        dataset, sign, names = one.partition("=")
        if not sign:
            raise InvalidInput("Name fields of a dataset like this: --field contacts=name,email")
        found.setdefault(dataset, []).extend(name.strip() for name in names.split(","))
    return found
