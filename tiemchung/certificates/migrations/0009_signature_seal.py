from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('certificates', '0008_in_use_of_key'),
    ]

    # A column without a default changes the catalogue alone, however long the table is. What was signed before has no
    # seal and is verified where it is asked for.
    operations = [
        migrations.AddField(
            model_name='dosesignature',
            name='seal',
            field=models.BinaryField(help_text='keyed hash of the row, written once the signature was verified', null=True),
        ),
    ]
