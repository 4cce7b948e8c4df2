"""What members of staff may do in the admin. Both groups are the portal's own and are filled anew by `prepare`."""

from django.contrib.auth.models import Group, Permission

ADMIN = "Admin"
SUPPORT = "Support"
APPS = ("accounts", "operations", "webhooks", "billing", "domains", "mailboxes", "mirror")


def fill(*, using: str) -> None:
    """Admin may do all that the admin offers, Support may look at it.

    Not a data migration: the permissions of a model exist only after all migrations have run.
    """
    everything = Permission.objects.using(using).filter(content_type__app_label__in=APPS)
    looking = everything.filter(codename__startswith="view_")
    for name, permissions in ((ADMIN, everything), (SUPPORT, looking)):
        group, _ = Group.objects.using(using).get_or_create(name=name)
        group.permissions.set(permissions)
