"""Lists stay fast at a million mailboxes: pieces of addresses by an index, positions by tallies that triggers keep."""

import django.contrib.postgres.indexes
from django.contrib.postgres.operations import TrigramExtension
from django.db import migrations, models

# Django makes a second index for LIKE on every text that is a key. Nothing here asks so, and loading pays for it.
DROP_TWINS = """
DO $$ DECLARE twin record; BEGIN
    FOR twin IN SELECT indexname FROM pg_indexes
        WHERE schemaname = current_schema() AND tablename LIKE 'sandbox\\_%' AND indexname LIKE '%\\_like'
    LOOP EXECUTE format('DROP INDEX %I', twin.indexname); END LOOP;
END $$;
"""

FUNCTIONS = """
CREATE FUNCTION sandbox_tally_mailboxes() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO sandbox_mailboxtally (piece, bucket, amount)
        SELECT piece.text, left(row.id, 2), count(*)
        FROM added row JOIN sandbox_piece piece ON position(piece.text IN row.email) > 0
        WHERE row.status NOT IN ('FAILED', 'REMOVED') GROUP BY 1, 2 ORDER BY 1, 2
        ON CONFLICT (piece, bucket) DO UPDATE SET amount = sandbox_mailboxtally.amount + excluded.amount;
    ELSIF TG_OP = 'DELETE' THEN
        INSERT INTO sandbox_mailboxtally (piece, bucket, amount)
        SELECT piece.text, left(row.id, 2), -count(*)
        FROM gone row JOIN sandbox_piece piece ON position(piece.text IN row.email) > 0
        WHERE row.status NOT IN ('FAILED', 'REMOVED') GROUP BY 1, 2 ORDER BY 1, 2
        ON CONFLICT (piece, bucket) DO UPDATE SET amount = sandbox_mailboxtally.amount + excluded.amount;
    ELSE
        INSERT INTO sandbox_mailboxtally (piece, bucket, amount)
        SELECT piece.text, left(row.id, 2), sum(row.one)
        FROM (SELECT id, email, status, 1 AS one FROM added UNION ALL SELECT id, email, status, -1 FROM gone) row
        JOIN sandbox_piece piece ON position(piece.text IN row.email) > 0
        WHERE row.status NOT IN ('FAILED', 'REMOVED') GROUP BY 1, 2 HAVING sum(row.one) <> 0 ORDER BY 1, 2
        ON CONFLICT (piece, bucket) DO UPDATE SET amount = sandbox_mailboxtally.amount + excluded.amount;
    END IF;
    RETURN NULL;
END $$;

CREATE FUNCTION sandbox_tally_subscriptions() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO sandbox_subscriptiontally (status, bucket, amount)
        SELECT row.status, left(row.id, 2), count(*) FROM added row GROUP BY 1, 2 ORDER BY 1, 2
        ON CONFLICT (status, bucket) DO UPDATE SET amount = sandbox_subscriptiontally.amount + excluded.amount;
    ELSIF TG_OP = 'DELETE' THEN
        INSERT INTO sandbox_subscriptiontally (status, bucket, amount)
        SELECT row.status, left(row.id, 2), -count(*) FROM gone row GROUP BY 1, 2 ORDER BY 1, 2
        ON CONFLICT (status, bucket) DO UPDATE SET amount = sandbox_subscriptiontally.amount + excluded.amount;
    ELSE
        INSERT INTO sandbox_subscriptiontally (status, bucket, amount)
        SELECT row.status, left(row.id, 2), sum(row.one)
        FROM (SELECT id, status, 1 AS one FROM added UNION ALL SELECT id, status, -1 FROM gone) row
        GROUP BY 1, 2 HAVING sum(row.one) <> 0 ORDER BY 1, 2
        ON CONFLICT (status, bucket) DO UPDATE SET amount = sandbox_subscriptiontally.amount + excluded.amount;
    END IF;
    RETURN NULL;
END $$;
"""

TRIGGER = """
CREATE TRIGGER {table}_added AFTER INSERT ON {table} REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION {function}();
CREATE TRIGGER {table}_gone AFTER DELETE ON {table} REFERENCING OLD TABLE AS gone
    FOR EACH STATEMENT EXECUTE FUNCTION {function}();
CREATE TRIGGER {table}_changed AFTER UPDATE ON {table} REFERENCING OLD TABLE AS gone NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION {function}();
"""

TRIGGERS = TRIGGER.format(table="sandbox_mailbox", function="sandbox_tally_mailboxes") + TRIGGER.format(
    table="sandbox_subscription", function="sandbox_tally_subscriptions"
)

FILL = """
INSERT INTO sandbox_piece (text) VALUES ('');
INSERT INTO sandbox_mailboxtally (piece, bucket, amount)
    SELECT '', left(id, 2), count(*) FROM sandbox_mailbox WHERE status NOT IN ('FAILED', 'REMOVED') GROUP BY 2;
INSERT INTO sandbox_subscriptiontally (status, bucket, amount)
    SELECT status, left(id, 2), count(*) FROM sandbox_subscription GROUP BY 1, 2;
"""


class Migration(migrations.Migration):
    dependencies = [("sandbox", "0003_event_deliveries")]

    operations = [
        TrigramExtension(),
        migrations.CreateModel(
            name="Piece",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("text", models.CharField(max_length=320, unique=True)),
            ],
        ),
        migrations.CreateModel(
            name="MailboxTally",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("piece", models.CharField(max_length=320)),
                ("bucket", models.CharField(max_length=2)),
                ("amount", models.BigIntegerField()),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("piece", "bucket"), name="one_tally_per_piece")],
            },
        ),
        migrations.CreateModel(
            name="SubscriptionTally",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("status", models.CharField(max_length=16)),
                ("bucket", models.CharField(max_length=2)),
                ("amount", models.BigIntegerField()),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("status", "bucket"), name="one_tally_per_status")],
            },
        ),
        migrations.AddIndex(
            model_name="mailbox",
            index=django.contrib.postgres.indexes.GinIndex(
                fields=["email"], name="mailboxes_by_piece", opclasses=["gin_trgm_ops"]
            ),
        ),
        migrations.AddIndex(
            model_name="subscription",
            index=models.Index(fields=["status", "id"], name="subscriptions_by_status"),
        ),
        migrations.RunSQL(DROP_TWINS, migrations.RunSQL.noop),
        migrations.RunSQL(FUNCTIONS, migrations.RunSQL.noop),
        migrations.RunSQL(TRIGGERS, migrations.RunSQL.noop),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
    ]
