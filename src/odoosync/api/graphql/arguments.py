"""Arguments that many fields take: which connection is meant, and what none means."""

from __future__ import annotations

from typing import Annotated

import strawberry

from odoosync.api.graphql.runs import BigInt
from odoosync.api.parameters import ALL_CONNECTIONS, THE_ACTIVE_ONE

OrActive = Annotated[int | None, strawberry.argument(description=THE_ACTIVE_ONE)]
OrAll = Annotated[int | None, strawberry.argument(description=ALL_CONNECTIONS)]
BigOrActive = Annotated[BigInt | None, strawberry.argument(description=THE_ACTIVE_ONE)]
BigOrAll = Annotated[BigInt | None, strawberry.argument(description=ALL_CONNECTIONS)]
