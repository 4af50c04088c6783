"""Credentials of a user's own Odoo, as all surfaces take and show them."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, SecretStr, StringConstraints

from odoosync.api.forms import Form
from odoosync.api.schemas.connections import ExtraFields, Name
from odoosync.api.schemas.preferences import PreferencesForm
from odoosync.connections.store import Tested
from odoosync.odoo.login import Login

Filled = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=255)]


class Credentials(BaseModel):
    """A login of one Odoo."""

    model_config = ConfigDict(extra="ignore")

    odoo_username: Filled = Field(examples=["admin"])
    odoo_password: SecretStr = Field(
        min_length=1, max_length=1024, description="The password, or an API key of Odoo."
    )
    odoo_database: Filled = Field(examples=["odoo_db"])
    odoo_url: str | None = Field(
        default=None,
        max_length=2048,
        description="Where Odoo is, as a browser shows it; ODOOSYNC_DEFAULT_ODOO_URL when left "
        "out. What was found there is stored and answered.",
        examples=["http://localhost:8069"],
    )


class NewCredentials(Credentials):
    """A login to store, and what to keep beyond the usual fields."""

    extra_fields: ExtraFields | None = Field(
        default=None, description="Fields to keep beyond the usual ones, by dataset or for all."
    )


class StoredCredentials(BaseModel):
    odoo_username: str
    odoo_password: str
    odoo_database: str
    odoo_url: str


class CredentialsSet(BaseModel):
    message: str
    odoo_uid: int
    odoo_url: str
    odoo_database: str
    connection_id: int = Field(description="The connection that has them, and is active now.")
    note: str | None = Field(
        description="Says so where reads and syncs meant another connection before.",
        examples=["connection 2 was created and is active now (before: 1)"],
    )


class CredentialsTested(BaseModel):
    message: str
    odoo_uid: int
    contact_count: int
    product_count: int
    odoo_url: str
    odoo_database: str


class CredentialsDeleted(BaseModel):
    message: str


def tested_view(tested: Tested) -> CredentialsTested:
    return CredentialsTested(
        message="Odoo credentials test successful",
        odoo_uid=tested.odoo_uid,
        contact_count=tested.contact_count,
        product_count=tested.product_count,
        odoo_url=tested.odoo_url,
        odoo_database=tested.odoo_database,
    )


def login_of(form: Credentials, default_url: str) -> Login:
    """Read the login that a form names. Raises InvalidInput."""
    return Login.typed(
        url=form.odoo_url or default_url,
        database=form.odoo_database,
        username=form.odoo_username,
        secret=form.odoo_password.get_secret_value(),
    )


class NewConnection(NewCredentials):
    """An Odoo to store beside others."""

    model_config = ConfigDict(extra="forbid")

    name: Name | None = Field(default=None, description="What people call it.")
    preferences: PreferencesForm | None = Field(default=None, description="How to sync.")
    activate: bool = Field(
        default=False, description="Make it the active one; the only one is so anyway."
    )


class NewLogin(Form):
    """Another login of the same database, or another secret of the same login."""

    odoo_username: Filled | None = Field(default=None, description="The stored one when left out.")
    odoo_password: SecretStr = Field(
        min_length=1, max_length=1024, description="The password, or an API key of Odoo."
    )


class LoginToTest(Form):
    """What is left out is taken from what is stored."""

    odoo_username: Filled | None = None
    odoo_password: SecretStr | None = Field(default=None, min_length=1, max_length=1024)

    def secret(self) -> str | None:
        return self.odoo_password.get_secret_value() if self.odoo_password else None
