"""Roles and what each may do. A permission is `area.verb`; a role is a set of them."""

from django.db import models


class Role(models.TextChoices):
    OWNER = "owner", "Owner"
    MANAGER = "manager", "Manager"
    BILLING = "billing", "Billing"
    VIEWER = "viewer", "Viewer"


VIEWING = frozenset({"overview.view", "domains.view", "mailboxes.view", "orders.view"})
MONEY = frozenset({"billing.view"})
WORKING = frozenset(
    {
        "orders.create",
        "orders.pay",
        "domains.manage",
        "mailboxes.manage",
        "mailboxes.reveal",
    }
)

PERMISSIONS: dict[str, frozenset[str]] = {
    Role.OWNER: VIEWING | MONEY | WORKING | {"team.manage", "settings.manage"},
    Role.MANAGER: VIEWING | MONEY | WORKING,
    Role.BILLING: VIEWING | MONEY | {"orders.pay"},
    Role.VIEWER: VIEWING,
}


def permissions_of(role: str) -> frozenset[str]:
    """An unknown role may do nothing."""
    return PERMISSIONS.get(role, frozenset())
