from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('certificates', '0006_tried_again'),
    ]

    operations = [
        migrations.CreateModel(
            name='SignedList',
            fields=[
                ('name', models.CharField(max_length=120, primary_key=True, serialize=False)),
                ('body', models.BinaryField()),
                ('proof', models.TextField(blank=True, help_text='beside the body; empty where the body has its proof within')),
                ('made_at', models.DateTimeField()),
                ('covers_at', models.DateTimeField(help_text='revocations: batches made up to then are in the slices', null=True)),
            ],
        ),
        migrations.AddField(
            model_name='certificate',
            name='fall_told_at',
            field=models.DateTimeField(help_text='the holder was told that it was revoked, or need not be', null=True),
        ),
    ]
