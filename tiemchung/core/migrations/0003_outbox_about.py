from django.db import migrations, models

_LOST = models.Q(("about_id__isnull", False), ("noted_at__isnull", True), ("state__in", ["FAILED", "EXPIRED"]))


class Migration(migrations.Migration):
    """A message names what it tells of, so that one that never arrives is somebody's work."""

    dependencies = [
        ("core", "0002_receipts_alarms"),
    ]

    operations = [
        migrations.AddField(
            model_name="outboxmessage",
            name="about_id",
            field=models.UUIDField(
                help_text="what it tells of, where somebody has to know whether it arrived", null=True
            ),
        ),
        migrations.AddField(
            model_name="outboxmessage",
            name="about_step",
            field=models.PositiveIntegerField(null=True),
        ),
        migrations.AddField(
            model_name="outboxmessage",
            name="noted_at",
            field=models.DateTimeField(help_text="whoever has to know that it never arrived does", null=True),
        ),
        migrations.AddIndex(
            model_name="outboxmessage",
            index=models.Index(models.F("settled_at"), condition=_LOST, name="outbox_lost"),
        ),
    ]
