"""Everything that can be set from outside, read once by the composition roots.

No other room imports this to look something up: they are handed values.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Mapping
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Final, Literal
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict
from sqlalchemy import URL
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from odoosync.errors import OdoosyncError
from odoosync.quotas import Quotas
from odoosync.spelling import closest, shown

CommaSeparated = Annotated[tuple[str, ...], NoDecode]


_PREFIX: Final = "ODOOSYNC_"
_REMOVED: Final[Mapping[str, str]] = {
    "DELETION_GUARD": "Take it away. How many rows may go without a confirmation is "
    "set by ODOOSYNC_DELETION_GUARD_PERCENT and ODOOSYNC_DELETION_GUARD_ROWS.",
    "ENVIRONMENT": "Take it away. GraphiQL is always there, as /docs is.",
    "TOTAL_CONCURRENCY": "Take it away. ODOOSYNC_WORKER_CONCURRENCY and the number of "
    "workers limit all syncs.",
}
"""Settings of earlier versions, each with what to do instead."""
_OF_TESTS: Final = tuple(_PREFIX + name for name in ("TEST_", "LIVE", "BENCH_"))


class BadSettings(OdoosyncError):
    """An environment variable holds something that cannot be used."""

    code = "bad_settings"


class Settings(BaseSettings):
    """Environment variables `ODOOSYNC_…`; the descriptions are the documentation."""

    model_config = SettingsConfigDict(env_prefix="ODOOSYNC_", extra="ignore", frozen=True)

    database_url: str | None = Field(
        default=None,
        repr=False,
        description="`postgresql://user:password@host/name` for PostgreSQL. Unset: one SQLite file "
        "in the data folder.",
    )
    data_dir: Path = Field(
        default=Path("odoosync-data"),
        description="The data folder: the SQLite file and the keys, when they are not set apart.",
    )
    secret_keys: SecretStr | None = Field(
        default=None,
        description="The key ring, `id:key,id:key`, newest first, each key 32 bytes in URL-safe "
        "base64. Unset: made once, for a new database, and kept in the data folder as "
        "`secret_keys`, mode 0600. Empty is an error.",
    )
    default_odoo_url: str = Field(
        default="http://localhost:8069",
        description="The Odoo that is meant when a request names no `odoo_url`; its origin is "
        "always allowed.",
    )
    allowed_odoo_hosts: CommaSeparated = Field(
        default=(),
        description="Private Odoo addresses that may be connected to: names or CIDRs, each with a "
        "port, with commas between, such as `odoo:8070,10.0.0.0/8`. No port: 80, 443 and 8069; "
        "`odoo:*` means every port. Public addresses are always allowed; link-local and metadata "
        "addresses need their own CIDR.",
    )
    allowed_webhook_hosts: CommaSeparated = Field(
        default=(),
        description="Private addresses that webhooks may be sent to: names or CIDRs with ports, as "
        "in `ODOOSYNC_ALLOWED_ODOO_HOSTS`.",
    )
    ca_file: Path | None = Field(
        default=None,
        description="A PEM file of certificate authorities that are trusted beside the system's: "
        "for Odoo, receivers of webhooks and the mail server.",
    )
    outbound_proxy: SecretStr | None = Field(
        default=None,
        description="The proxy for all calls to Odoo and to receivers of webhooks, such as "
        "`http://user:password@proxy.example:3128`. Unset: they go directly; `HTTPS_PROXY` alone "
        "is not followed.",
    )
    smtp_url: SecretStr | None = Field(
        default=None,
        description="The mail server, `smtp://user:password@host:587/?from=odoosync@example.com`, "
        "or `smtps://…:465/…`. `smtp://` needs STARTTLS, unless `&tls=off` is added. Unset: no "
        "mails are sent.",
    )
    public_url: str | None = Field(
        default=None,
        description="Where users reach this service, such as `https://odoosync.example.com`. Links "
        "in mails begin with it. Unset: users cannot confirm a mail address, only the operator can "
        "give them one.",
    )
    registration: Literal["off", "open"] = Field(
        default="off",
        description="`open` lets anybody make a user with POST /api/v1/auth/register.",
    )
    reveal_secrets: Literal["on", "off"] = Field(
        default="on",
        description="`off`: GET of the credentials shows the password to nobody, not to its owner.",
    )
    sync_wait: float = Field(
        default=300.0,
        gt=0,
        description="Seconds that a call which starts a sync waits for its end.",
    )
    deletion_guard_percent: float = Field(
        default=20.0,
        ge=0,
        le=100,
        description="The share of a dataset's rows, in percent, that may go at once without a "
        "confirmation. All rows at once always wait for one.",
    )
    deletion_guard_rows: int = Field(
        default=1_000,
        ge=0,
        description="How many rows of a dataset may go at once without a confirmation.",
    )
    connection_grace_days: int = Field(
        default=7,
        ge=0,
        le=3650,
        description="Days for which the copy of a deleted connection is kept and can be restored.",
    )
    history_days: int = Field(
        default=90,
        ge=0,
        le=36_500,
        description="Days for which ended runs and alerts are kept; 0 for ever. The last complete "
        "run of each dataset always stays.",
    )
    audit_days: int = Field(
        default=365,
        ge=0,
        le=36_500,
        description="Days for which audit entries are kept; 0 for ever.",
    )
    event_days: int = Field(
        default=30,
        ge=0,
        le=36_500,
        description="Days for which events and the log of their deliveries are kept; 0 for ever. "
        "What was not delivered by then is not sent any more.",
    )
    worker_concurrency: int = Field(
        default=4, ge=1, le=64, description="Syncs that one worker process runs at the same time."
    )
    tenant_concurrency: int = Field(
        default=4,
        ge=1,
        description="Syncs of one tenant that all workers together run at the same time.",
    )
    odoo_concurrency: int = Field(
        default=8,
        ge=1,
        description="Syncs from one Odoo server, whosever they are, that all workers together run "
        "at the same time.",
    )
    page_megabytes: int = Field(
        default=64,
        ge=1,
        le=1024,
        description="Megabytes that one answer of an Odoo may have, unpacked. A page of rows that "
        "has more is asked for in smaller parts. A run gives up once it had to refuse eight such "
        "pages.",
    )
    worker_megabytes: int = Field(
        default=1024,
        ge=256,
        description="Megabytes of memory from which on a worker process takes no more syncs, and "
        "begins anew once those that run have ended, or after a minute. None is lost: what has not "
        "ended by then goes on where it was.",
    )
    tenant_connections: int = Field(
        default=200, ge=1, description="Connections that one tenant may have."
    )
    tenant_rows: int = Field(
        default=50_000_000,
        ge=1,
        description="Records that one tenant may have in all copies, deleted ones included. A sync "
        "that would add more fails, and says so.",
    )
    tenant_api_keys: int = Field(
        default=200, ge=1, description="API keys that one tenant may have."
    )
    tenant_webhooks: int = Field(default=20, ge=0, description="Webhooks that one tenant may have.")
    tenant_sessions: int = Field(
        default=200,
        ge=1,
        description="Sessions that one tenant may have. The next sign-in ends the oldest one.",
    )
    trusted_proxies: CommaSeparated = Field(
        default=(),
        description="Addresses or CIDRs of proxies whose `X-Forwarded-*` headers are believed, "
        "separated by commas. Such a proxy sets `X-Forwarded-For` anew.",
    )
    root_path: str = Field(
        default="",
        description="The path under which a proxy shows the service, such as `/odoosync`.",
    )
    cors_origins: CommaSeparated = Field(
        default=(), description="Origins whose pages may call the API, separated by commas."
    )
    rate_limit: int = Field(
        default=100,
        ge=1,
        description="Requests a second that one caller may make, with bursts of ten times as many.",
    )
    max_clients: int = Field(
        default=1_000,
        ge=10,
        description="Connections that callers may have open to one `serve` at the same time, at "
        "most half of the files that it may open.",
    )
    max_clients_per_address: int = Field(
        default=100,
        ge=1,
        description="How many of these may come from one address. Those of "
        "`ODOOSYNC_TRUSTED_PROXIES` may have all.",
    )
    metrics_token: SecretStr | None = Field(
        default=None,
        description="What a reader of `/metrics` sends as `Authorization: Bearer`. Unset: they are "
        "shown to this machine alone.",
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        default="info", description="The least severe log line that is written."
    )
    log_format: Literal["console", "json"] = Field(
        default="console", description="`json` writes a JSON object a line."
    )

    @property
    def quotas(self) -> Quotas:
        """How much one tenant may have."""
        return Quotas(
            connections=self.tenant_connections,
            rows=self.tenant_rows,
            api_keys=self.tenant_api_keys,
            webhooks=self.tenant_webhooks,
            sessions=self.tenant_sessions,
        )

    @property
    def effective_database_url(self) -> str:
        """The configured database, or the SQLite file in the data folder."""
        file = str(self.data_dir.resolve() / "odoosync.sqlite3")
        return self.database_url or URL.create("sqlite", database=file).render_as_string()

    @property
    def configured_keys(self) -> str | None:
        """The key ring's text, where it is set apart from the data folder."""
        return None if self.secret_keys is None else self.secret_keys.get_secret_value()

    @property
    def configured_outbound_proxy(self) -> str | None:
        """The URL of the outbound proxy, which may hold a password."""
        return self.outbound_proxy.get_secret_value() if self.outbound_proxy else None

    @property
    def configured_smtp_url(self) -> str | None:
        """The URL of the mail server, which holds a password."""
        return self.smtp_url.get_secret_value() if self.smtp_url else None

    @property
    def configured_metrics_token(self) -> str:
        """The token of `/metrics`, empty when there is none."""
        return self.metrics_token.get_secret_value() if self.metrics_token else ""

    @field_validator(
        "allowed_odoo_hosts",
        "allowed_webhook_hosts",
        "trusted_proxies",
        "cors_origins",
        mode="before",
    )
    @classmethod
    def _split(cls, value: object) -> object:
        if isinstance(value, str):
            return tuple(filter(None, (part.strip() for part in value.split(","))))
        return value

    @field_validator("ca_file", "outbound_proxy", "public_url", mode="before")
    @classmethod
    def _unset_where_empty(cls, value: object) -> object:
        return None if isinstance(value, str) and not value.strip() else value

    @field_validator("secret_keys")
    @classmethod
    def _not_empty(cls, value: SecretStr | None) -> SecretStr | None:
        """Refuse what would else mean that new keys are to be made."""
        if value is not None and not value.get_secret_value().strip():
            raise ValueError("it is empty; set it to the keys, or leave it unset")
        return value

    @field_validator("public_url")
    @classmethod
    def _is_public_url(cls, value: str | None) -> str | None:
        if value is None:
            return None
        sentence = "use https://host, with a port and a path where there are, and nothing else"
        try:
            parts = urlsplit(value)
            parts.port  # noqa: B018 - raises for one that is no number
        except ValueError:
            raise ValueError(sentence) from None
        plain = value.isascii() and value.isprintable() and not set(value) & set(" <>\"'@?#\\")
        if not plain or parts.scheme not in {"http", "https"} or not parts.hostname:
            raise ValueError(sentence)
        return value.rstrip("/")

    @field_validator("trusted_proxies")
    @classmethod
    def _are_addresses(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for one in value:
            try:
                ip_network(one)
            except ValueError:
                raise ValueError(f"{shown(one)!r} is no address and no CIDR") from None
        return value

    @field_validator("database_url")
    @classmethod
    def _known_database(cls, value: str | None) -> str | None:
        if value and not value.startswith(("postgresql://", "postgres://", "sqlite:///")):
            raise ValueError("use postgresql://user:password@host/name, or leave it unset")
        try:
            make_url(value or "sqlite://")
        except (ArgumentError, ValueError):  # their texts repeat a part of the URL
            raise ValueError(
                "it cannot be read; write special characters of the password as %XX"
            ) from None
        return value or None


def load_settings() -> Settings:
    """Read the environment. Raises BadSettings, naming each variable, never its value.

    A variable that is nearly one of ours is refused; one that is like none of them is named on
    standard error, for others give names, too: Kubernetes does, to a service called odoosync.
    """
    misspelt, strange = _unknown_variables(os.environ)
    if misspelt:
        raise BadSettings(" ".join(misspelt))
    if strange:
        told = f"odoosync: no settings of this version, and ignored: {', '.join(strange)}."
        print(told, file=sys.stderr)  # noqa: T201 - logging is not set up yet
    try:
        return Settings()
    except ValidationError as error:
        problems = "; ".join(
            f"ODOOSYNC_{str(detail['loc'][0]).upper()}: {detail['msg']}"
            for detail in error.errors()
        )
        raise BadSettings(f"The settings cannot be used. {problems}.") from None


def _unknown_variables(names: Iterable[str]) -> tuple[list[str], list[str]]:
    """Return sentences about settings that are misspelt or gone, and names like none of them."""
    known = {f"{_PREFIX}{name.upper()}" for name in Settings.model_fields}
    ours = {name for name in names if name.upper().startswith(_PREFIX)}
    unknown = {name for name in ours if not name.upper().startswith(_OF_TESTS)}
    misspelt, strange = [], []
    for name in sorted(one for one in unknown if one.upper() not in known):
        own = name.upper().removeprefix(_PREFIX)
        if own in _REMOVED:
            misspelt.append(f"There is no setting {name!r} any more. {_REMOVED[own]}")
            continue
        short = {one.removeprefix(_PREFIX): one for one in known}
        likely = closest(own, short)
        if likely is None:
            strange.append(shown(name))
        else:
            misspelt.append(f"There is no setting {shown(name)!r}. Did you mean {short[likely]!r}?")
    return misspelt, strange
