"""Row-level security, and foreign keys that carry the customer."""

from typing import ClassVar

from django.db import migrations

from accounts.row_security import enable_row_security, same_customer


class Migration(migrations.Migration):
    dependencies: ClassVar[list[tuple[str, str]]] = [
        ("mailboxes", "0001_initial"),
        ("domains", "0002_row_security"),
        ("accounts", "0002_row_security"),
    ]
    operations: ClassVar[list[migrations.RunSQL]] = [
        enable_row_security("mailboxes_mailbox"),
        enable_row_security("mailboxes_credential"),
        same_customer("mailboxes_mailbox", "domain_id", "domains_domain"),
        same_customer("mailboxes_mailbox", "line_id", "billing_orderline"),
        same_customer("mailboxes_credential", "mailbox_id", "mailboxes_mailbox"),
    ]
