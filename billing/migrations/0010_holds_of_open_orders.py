"""Row-level security of holds, and a hold for each line of an order that is under way."""

from typing import ClassVar

from django.db import migrations

from accounts.row_security import enable_row_security

HOLD_OPEN_LINES = """
    SELECT set_config('app.staff', 'on', true);
    INSERT INTO billing_hold (customer_id, reference, amount_minor, state, held_at)
    SELECT line.customer_id, 'order-line-' || line.id, line.price_minor, 'open', ordered.placed_at
    FROM billing_orderline AS line JOIN billing_order AS ordered ON ordered.id = line.order_id
    WHERE line.state IN ('waiting', 'working')
    ORDER BY line.id;
    SELECT set_config('app.staff', '', true);
"""


class Migration(migrations.Migration):
    dependencies: ClassVar[list[tuple[str, str]]] = [("billing", "0009_holds")]
    operations: ClassVar[list[migrations.RunSQL]] = [
        enable_row_security("billing_hold"),
        migrations.RunSQL(HOLD_OPEN_LINES, migrations.RunSQL.noop),
    ]
