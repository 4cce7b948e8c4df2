"""Row-level security, and foreign keys that carry the customer."""

from typing import ClassVar

from django.db import migrations

from accounts.row_security import enable_row_security, same_customer


class Migration(migrations.Migration):
    dependencies: ClassVar[list[tuple[str, str]]] = [("billing", "0003_orders"), ("accounts", "0002_row_security")]
    operations: ClassVar[list[migrations.RunSQL]] = [
        *(
            enable_row_security(f"billing_{table}")
            for table in ("quote", "quoteline", "order", "orderpart", "orderline")
        ),
        same_customer("billing_quoteline", "quote_id", "billing_quote"),
        same_customer("billing_quote", "retry_of_id", "billing_order"),
        same_customer("billing_order", "quote_id", "billing_quote"),
        same_customer("billing_orderpart", "order_id", "billing_order"),
        same_customer("billing_orderline", "order_id", "billing_order"),
        same_customer("billing_orderline", "part_id", "billing_orderpart"),
        same_customer("billing_entry", "transaction_id", "billing_transaction"),
        same_customer("billing_entry", "account_id", "billing_account"),
    ]
