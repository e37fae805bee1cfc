from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("people", "0007_contact_language"),
    ]

    operations = [
        migrations.AlterField(
            model_name="lookpermit",
            name="why",
            field=models.CharField(
                choices=[
                    ("NUMBER", "NUMBER"),
                    ("PHONE", "PHONE"),
                    ("NAME_BIRTH", "NAME_BIRTH"),
                    ("REGISTERED", "REGISTERED"),
                    ("CASE", "CASE"),
                    ("WORK", "WORK"),
                ],
                max_length=12,
            ),
        ),
    ]
