"""Where a model may step in; by default it does not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from odoo_sandbox.caller import Caller

Values = dict[str, Any]


class Hooks:
    """`before_…` may change the values, `after_…` may change other rows in the same transaction."""

    def before_create(self, caller: Caller, values: Values) -> Values:  # noqa: ARG002
        return values

    def after_create(self, caller: Caller, row_id: int, values: Mapping[str, Any]) -> None: ...

    def before_write(
        self,
        caller: Caller,  # noqa: ARG002
        ids: Sequence[int],  # noqa: ARG002
        values: Values,
    ) -> Values:
        return values

    def after_write(
        self, caller: Caller, ids: Sequence[int], values: Mapping[str, Any]
    ) -> None: ...

    def before_unlink(self, caller: Caller, ids: Sequence[int]) -> dict[str, list[int]]:  # noqa: ARG002
        """Name rows of other models to delete along with these."""
        return {}

    def orphans_of(self, caller: Caller, ids: Sequence[int]) -> list[int]:  # noqa: ARG002
        """Name rows that will lose one of these, to be looked after when it is gone."""
        return []

    def after_unlink(self, caller: Caller, orphans: Sequence[int]) -> None: ...
