from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("sandbox", "0002_complete")]

    operations = [
        migrations.AddField(model_name="event", name="deliveries", field=models.JSONField(default=list)),
    ]
