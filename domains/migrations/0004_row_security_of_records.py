"""Row-level security of DNS records, and a foreign key that carries the customer."""

from typing import ClassVar

from django.db import migrations

from accounts.row_security import enable_row_security, same_customer


class Migration(migrations.Migration):
    dependencies: ClassVar[list[tuple[str, str]]] = [("domains", "0003_mirror")]
    operations: ClassVar[list[migrations.RunSQL]] = [
        enable_row_security("domains_dnsrecord"),
        same_customer("domains_dnsrecord", "domain_id", "domains_domain"),
    ]
