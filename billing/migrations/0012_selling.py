"""An unknown cost is NULL, a thing stands once in a quote and once among open lines, failures get words of our own."""

import django.utils.timezone
from django.db import migrations, models

# Row security is forced for owners too. Deferred constraints are settled before the tables change.
TO_OUR_WORDS = """
    SELECT set_config('app.staff', 'on', true);
    UPDATE billing_quoteline SET cost_minor = NULL WHERE state <> 'ready';
    DELETE FROM billing_quoteline later USING billing_quoteline first
     WHERE later.customer_id = first.customer_id AND later.quote_id = first.quote_id
       AND later.item = first.item AND later.name = first.name AND later.position > first.position;
    UPDATE billing_orderline
       SET said = problem, problem = 'The provider could not deliver this.', may_help = (cost_booked_minor = 0)
     WHERE state = 'failed' AND problem NOT IN (
           'Its domain was not registered.', 'The upstream gave no reason.', 'The upstream ended the order without it.',
           'The name was taken before the order reached the registry.'
       );
    SET CONSTRAINTS ALL IMMEDIATE;
    SELECT set_config('app.staff', '', true);
"""


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0004_full_contact"),
        ("billing", "0011_whose_a_subscription_is"),
    ]

    operations = [
        migrations.CreateModel(
            name="UnsellableName",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=253, unique=True)),
                ("said", models.CharField(blank=True, max_length=500)),
                ("noted_at", models.DateTimeField(default=django.utils.timezone.now)),
            ],
        ),
        migrations.AddField(
            model_name="order",
            name="refusals",
            field=models.PositiveSmallIntegerField(default=0, help_text="Drafts of it that the upstream refused."),
        ),
        migrations.AddField(
            model_name="orderline",
            name="asked_cost_minor",
            field=models.BigIntegerField(help_text="The cost now, which the customer is asked about.", null=True),
        ),
        migrations.AddField(
            model_name="orderline",
            name="asked_price_minor",
            field=models.BigIntegerField(help_text="The price that goes with it.", null=True),
        ),
        migrations.AddField(
            model_name="orderline",
            name="may_help",
            field=models.BooleanField(default=True, help_text="Of a failed line: may trying again help?"),
        ),
        migrations.AddField(
            model_name="orderline",
            name="said",
            field=models.CharField(
                blank=True, help_text="The upstream's own words for it, for staff alone.", max_length=500
            ),
        ),
        migrations.AddField(
            model_name="orderpart",
            name="price_asked_at",
            field=models.DateTimeField(
                help_text="Since when the customer has been asked to accept another price.", null=True
            ),
        ),
        migrations.AlterField(
            model_name="orderline",
            name="problem",
            field=models.CharField(blank=True, help_text="Why it failed, in our words.", max_length=300),
        ),
        migrations.AddField(
            model_name="quoteline",
            name="renewal_minor",
            field=models.BigIntegerField(help_text="The price of the next year or month; NULL: not known.", null=True),
        ),
        migrations.AddField(
            model_name="quoteline",
            name="order_at",
            field=models.CharField(
                blank=True,
                choices=[("GOOGLE", "Google Workspace"), ("MICROSOFT", "Microsoft 365")],
                help_text="Where this line can be ordered instead.",
                max_length=12,
            ),
        ),
        migrations.AlterField(
            model_name="quoteline",
            name="cost_minor",
            field=models.BigIntegerField(null=True),
        ),
        migrations.RunSQL(TO_OUR_WORDS, migrations.RunSQL.noop),
        migrations.AddConstraint(
            model_name="orderline",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state__in", ["waiting", "working"])),
                fields=("customer", "item", "name"),
                name="one_open_line_per_thing",
            ),
        ),
        migrations.AddConstraint(
            model_name="quoteline",
            constraint=models.UniqueConstraint(
                fields=("customer", "quote", "item", "name"), name="one_quote_line_per_thing"
            ),
        ),
        migrations.AddConstraint(
            model_name="quoteline",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "ready"), _negated=True), ("cost_minor__isnull", False), _connector="OR"
                ),
                name="a_ready_line_has_its_cost",
            ),
        ),
    ]
