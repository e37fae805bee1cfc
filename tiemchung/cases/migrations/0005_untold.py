from django.db import migrations, models


class Migration(migrations.Migration):
    """Cases whose reporter was sent a word that never arrived are found by their desk."""

    dependencies = [
        ("cases", "0004_letters"),
    ]

    operations = [
        migrations.AddField(
            model_name="caseinbox",
            name="untold_at",
            field=models.DateTimeField(
                help_text="since when a message to the reporter is known to be lost", null=True
            ),
        ),
        migrations.AddIndex(
            model_name="caseinbox",
            index=models.Index(
                models.F("unit_id"),
                models.F("due_at"),
                models.F("id"),
                condition=models.Q(("untold_at__isnull", False)),
                name="inbox_untold",
            ),
        ),
    ]
