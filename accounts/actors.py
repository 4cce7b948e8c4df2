"""Who acts: a member of a customer, a member of staff, or the portal itself."""

from dataclasses import dataclass, field

from accounts.models import Customer, Membership, User
from accounts.roles import permissions_of
from reseller_portal.core.errors import NotAllowed


@dataclass(frozen=True)
class Actor:
    """One who acts for one customer. `user` None is the portal itself."""

    customer: Customer
    user: User | None
    permissions: frozenset[str] = field(repr=False)
    role: str = ""
    label: str = ""

    def may(self, permission: str) -> bool:
        return "*" in self.permissions or permission in self.permissions

    def require(self, permission: str) -> None:
        """Raise `NotAllowed` unless the actor may."""
        if not self.may(permission):
            raise NotAllowed(
                "Your role does not include this. Ask an owner of the company to do it or to change your role."
            )


def member_actor(membership: Membership, user: User) -> Actor:
    return Actor(
        customer=membership.customer,
        user=user,
        permissions=permissions_of(membership.role),
        role=membership.role,
        label=user.get_full_name(),
    )


def staff_actor(customer: Customer, user: User) -> Actor:
    """Staff acting in the admin, as themselves."""
    return Actor(
        customer=customer,
        user=user,
        permissions=frozenset({"*"}),
        role="staff",
        label=user.get_full_name(),
    )


def portal_actor(customer: Customer) -> Actor:
    """The portal acting by itself: the engine, events and schedules."""
    return Actor(
        customer=customer,
        user=None,
        permissions=frozenset({"*"}),
        role="portal",
        label="The portal",
    )
