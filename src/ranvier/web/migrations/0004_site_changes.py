from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("desk", "0003_deliveries_at_most_once"),
    ]

    operations = [
        migrations.CreateModel(
            name="SiteChange",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("token", models.BigIntegerField()),
                ("is_erasure", models.BooleanField(default=False)),
            ],
        ),
    ]
