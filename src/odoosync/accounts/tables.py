"""Who exists: tenants, users, their sessions, refresh tokens, API keys, and what they did."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    String,
    Text,
)

from odoosync.db import (
    BigId,
    JsonDocument,
    UtcDateTime,
    append_only_table,
    system_table,
    tenant_table,
)

tenants = system_table(
    "tenants",
    Column("id", BigId, primary_key=True),
    Column("name", String(255), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
)

users = tenant_table(
    "users",
    Column("id", BigId, primary_key=True),
    Column("username", String(255), nullable=False, unique=True),
    Column("email", String(254)),
    Column("email_confirmed_at", UtcDateTime),
    Column("password_hash", Text, nullable=False),
    Column("is_admin", Boolean, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("disabled_at", UtcDateTime),
    Index(None, "tenant_id"),
)

sessions = tenant_table(
    "sessions",
    Column("id", String(36), primary_key=True),
    Column("user_id", BigId, ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
    Column("auth_time", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    Column("revoked_at", UtcDateTime),
    Index(None, "user_id"),
)

refresh_tokens = tenant_table(
    "refresh_tokens",
    Column("token_hash", String(64), primary_key=True),
    Column("session_id", String(36), ForeignKey("sessions.id", ondelete="CASCADE"), nullable=False),
    Column("issued_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    Column("used_at", UtcDateTime),
    Index(None, "session_id"),
)

api_keys = tenant_table(
    "api_keys",
    Column("id", BigId, primary_key=True),
    Column("user_id", BigId, ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
    Column("name", String(255), nullable=False),
    Column("prefix", String(16), nullable=False),
    Column("key_hash", String(64), nullable=False, unique=True),
    Column("scopes", JsonDocument, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime),
    Column("revoked_at", UtcDateTime),
    Column("last_used_at", UtcDateTime),
    Column("resting_since", UtcDateTime),
    Index(None, "user_id"),
)

email_confirmations = tenant_table(
    "email_confirmations",
    Column("token_hash", String(64), primary_key=True),
    Column("user_id", BigId, ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
    Column("email", String(254), nullable=False),
    Column("mailbox", String(254), nullable=False),
    Column("asked_at", UtcDateTime, nullable=False),
    Column("ended_at", UtcDateTime),
    Index(None, "tenant_id"),
    Index(None, "user_id"),
    Index(None, "mailbox"),
)
"""Links that confirm a mail address; `ended_at` is when one was used, or became void.

`mailbox` is who reads what is sent there, as far as an address tells it: emails are counted by it.
"""

audit_trail = append_only_table(
    "audit_trail",
    Column("id", BigId, primary_key=True),
    Column("at", UtcDateTime, nullable=False),
    Column("kind", String(64), nullable=False),
    Column("user_id", BigId),
    Column("actor", String(255)),
    Column("via", String(16), nullable=False),
    Column("key_id", BigId),
    Column("address", String(64)),
    Column("connection_id", BigId),
    Column("run_id", String(36)),
    Column("odoo_login", String(255)),
    Column("detail", JsonDocument, nullable=False),
    Index(None, "tenant_id", "id"),
    Index(None, "at"),
)
"""Entries point at nothing by foreign key: they outlive what they tell of."""

audit_horizon = system_table(
    "audit_horizon",
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("before", UtcDateTime, nullable=False),
    CheckConstraint("id = 1", name="one_row"),
)
"""Entries before it may be deleted, and no others: triggers of the database see to it."""

secret_keys = system_table(
    "secret_keys",
    Column("id", String(64), primary_key=True),
    Column("fingerprint", String(64), nullable=False),
    Column("added_at", UtcDateTime, nullable=False),
)
"""The keys that processes began with; never the keys themselves."""
