"""Sending platforms that mailboxes are handed to."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from reseller_portal.upstream.reader import Reader, read_each


@dataclass(frozen=True, kw_only=True)
class PlatformMetadata:
    """Where on the platform; EMAILBISON needs all but the organisation, INSTANTLY needs the organisation."""

    base_url: str = ""
    client_id: str = ""
    app_name: str = ""
    workspace: str = ""
    organisation_id: str = ""

    def wire(self) -> dict[str, str]:
        said = {
            "appBaseUrl": self.base_url,
            "clientId": self.client_id,
            "appName": self.app_name,
            "workspace": self.workspace,
            "orgId": self.organisation_id,
        }
        return {key: text for key, text in said.items() if text}

    @classmethod
    def read(cls, found: Reader) -> "PlatformMetadata":
        return cls(
            base_url=found.text_or_empty("appBaseUrl"),
            client_id=found.text_or_empty("clientId"),
            app_name=found.text_or_empty("appName"),
            workspace=found.text_or_empty("workspace"),
            organisation_id=found.text_or_empty("orgId"),
        )


@dataclass(frozen=True, kw_only=True)
class PlatformLogin:
    """A login to store. `app`: EMAILBISON, SMARTLEAD, REACHINBOX, INSTANTLY or a new word."""

    app: str
    email: str
    password: str = field(repr=False)
    metadata: PlatformMetadata | None = None

    def wire(self) -> dict[str, Any]:
        metadata = {"metadata": self.metadata.wire()} if self.metadata else {}
        return {"app": self.app, "credentials": {"email": self.email, "password": self.password}, **metadata}


@dataclass(frozen=True, kw_only=True)
class PlatformLoginChange:
    """What to change of a stored login; "" and None leave a thing as it is."""

    email: str = ""
    password: str = field(default="", repr=False)
    metadata: PlatformMetadata | None = None
    organisation_id: str = ""

    def wire(self) -> dict[str, Any]:
        credentials = {"email": self.email, "password": self.password}
        said = {
            "credentials": {key: text for key, text in credentials.items() if text},
            "metadata": self.metadata.wire() if self.metadata else {},
            "orgId": self.organisation_id,
        }
        return {key: value for key, value in said.items() if value}


@dataclass(frozen=True, kw_only=True)
class StoredLogin:
    """A login that the upstream keeps; its password never comes back."""

    id: str
    email: str = ""
    connected_at: datetime | None = None
    metadata: PlatformMetadata | None = None

    @classmethod
    def read(cls, found: Reader) -> "StoredLogin":
        metadata = found.one("metadata")
        return cls(
            id=found.identifier("credentialId", "id"),
            email=found.text_or_empty("email"),
            connected_at=found.maybe_moment("connectedAt"),
            metadata=PlatformMetadata.read(metadata) if metadata else None,
        )


@dataclass(frozen=True)
class PlatformConnection:
    """Whether logins are stored, which says nothing about their working today."""

    is_connected: bool
    logins: tuple[StoredLogin, ...] = ()

    @classmethod
    def read(cls, found: Reader) -> "PlatformConnection":
        if not found.has("credentials"):
            raise found.malformed("credentials")
        logins = read_each(found.many("credentials"), StoredLogin.read, ids=("credentialId", "id"))
        return cls(found.flag("connected"), logins.items)


@dataclass(frozen=True)
class PlatformWorkspace:
    """An organisation that a login may export to."""

    id: str
    name: str = ""

    @classmethod
    def read(cls, found: Reader) -> "PlatformWorkspace":
        return cls(found.identifier("orgId", "id"), found.text_or_empty("name"))
