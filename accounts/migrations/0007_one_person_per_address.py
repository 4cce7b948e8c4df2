"""Everybody has a row for the address they sign in with, and an address belongs to one person."""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

INDEX = "CREATE UNIQUE INDEX one_person_per_address ON account_emailaddress (lower(email))"


def give_rows(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """People made in the admin or by `createsuperuser` had none, so anybody could take their address."""
    alias = schema_editor.connection.alias
    users = apps.get_model("accounts", "User").objects.using(alias)
    rows = apps.get_model("account", "EmailAddress").objects.using(alias)
    for user in users.order_by("pk").iterator():
        address = user.email.lower()
        own = rows.filter(user=user, email__iexact=address).first()
        # An unproved row is worth less than the address that somebody signs in with.
        rows.filter(email__iexact=address, verified=False).exclude(user=user).delete()
        if own is None and not rows.filter(email__iexact=address).exists():
            has_first = rows.filter(user=user, primary=True).exists()
            rows.create(user=user, email=address, primary=not has_first, verified=False)


def keep_one(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Of several rows with one address the proved one stays, else the oldest."""
    rows = apps.get_model("account", "EmailAddress").objects.using(schema_editor.connection.alias)
    seen: set[str] = set()
    for row in rows.order_by("-verified", "-primary", "pk"):
        if row.email.lower() in seen:
            row.delete()
        seen.add(row.email.lower())


class Migration(migrations.Migration):
    dependencies = [("accounts", "0006_country_names"), ("account", "0009_emailaddress_unique_primary_email")]

    operations = [
        migrations.RunPython(give_rows, migrations.RunPython.noop),
        migrations.RunPython(keep_one, migrations.RunPython.noop),
        # A table of a library: the index stands beside its model, and no state of ours knows it.
        migrations.RunSQL(INDEX, "DROP INDEX one_person_per_address"),
    ]
