"""Members of staff, signed in to the admin."""

from django.contrib.auth.models import Group
from django.test import Client

from accounts import staff_groups
from accounts.models import AuditEntry, User
from accounts.tenancy import staff_scope


def make_admin() -> User:
    return User.objects.create_superuser("rex@reseller.example", "pass-phrase-1", name="Rex")


def make_member_of(group: str) -> User:
    person = User.objects.create_user(f"{group.lower()}@reseller.example", "pass-phrase-1", is_staff=True)
    person.groups.add(Group.objects.get(name=group))
    return person


def make_support() -> User:
    return make_member_of(staff_groups.SUPPORT)


def browser_of(person: User) -> Client:
    client = Client()
    client.force_login(person)
    return client


def audit_rows(action: str) -> list[AuditEntry]:
    with staff_scope("test: read the audit trail"):
        return list(AuditEntry.objects.select_related("customer", "actor").filter(action=action))
