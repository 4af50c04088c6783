"""Who exists: tenants, users, their sessions, refresh tokens, API keys, and what they did."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, ForeignKey, Index, String, Text

from odoosync.db import BigId, JsonDocument, UtcDateTime, system_table, tenant_table

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
    Index(None, "user_id"),
)

audit_entries = tenant_table(
    "audit_entries",
    Column("id", BigId, primary_key=True),
    Column("at", UtcDateTime, nullable=False),
    Column("user_id", BigId),
    Column("action", String(64), nullable=False),
    Column("detail", JsonDocument, nullable=False),
    Index(None, "tenant_id", "id"),
)
