"""Host names that were typed in capitals, with a port or a last dot are kept as requests are compared with them."""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from reseller_portal.core.hosts import name_of_host


def name_them(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    """Two that are one host now: the older one stays."""
    model = apps.get_model("accounts", "BrandHost")
    rows = model.objects.using(editor.connection.alias)
    for row in rows.order_by("pk"):
        name = name_of_host(row.host)
        if name != row.host and rows.filter(host=name).exists():
            row.delete()
        elif name != row.host:
            rows.filter(pk=row.pk).update(host=name)


class Migration(migrations.Migration):
    dependencies = [("accounts", "0004_full_contact")]
    operations = [migrations.RunPython(name_them, migrations.RunPython.noop)]
