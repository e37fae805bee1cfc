import tiemchung.core.ids
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('certificates', '0005_the_watch'),
    ]

    operations = [
        migrations.CreateModel(
            name='IssueRetry',
            fields=[
                ('id', models.UUIDField(default=tiemchung.core.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('why', models.CharField(blank=True, help_text="the trial's code; empty for marks that name none", max_length=40)),
                ('because', models.TextField()),
                ('asked_by', models.UUIDField(null=True)),
                ('asked_name', models.CharField(max_length=120)),
                ('asked_at', models.DateTimeField()),
                ('after_id', models.UUIDField(help_text='every person up to here was looked at', null=True)),
                ('reached', models.PositiveIntegerField(default=0, help_text='persons whose mark was taken away')),
                ('done_at', models.DateTimeField(null=True)),
            ],
        ),
        migrations.AddConstraint(
            model_name='issueretry',
            constraint=models.UniqueConstraint(models.F('why'), condition=models.Q(('done_at__isnull', True)), name='issue_retry_open'),
        ),
        migrations.AlterField(
            model_name='passport',
            name='reasons',
            field=models.JSONField(default=list, help_text='[{code, dose_id?, facility_id?, why?}], empty once eligible'),
        ),
        migrations.AddIndex(
            model_name='passport',
            index=models.Index(models.F('person_id'), condition=models.Q(('reasons__contains', [{'code': 'NOT_ISSUABLE'}])), name='passport_set_aside'),
        ),
        migrations.AddField(
            model_name='emission',
            name='revoked_at',
            field=models.DateTimeField(help_text='fell with its passport then', null=True),
        ),
        # What fell before has its moment in its passport alone.
        migrations.RunSQL(
            "UPDATE certificates_emission e SET revoked_at = c.revoked_at FROM certificates_certificate c "
            "WHERE c.person_id = e.person_id AND c.id = e.certificate_id AND c.state = 'REVOKED'",
            migrations.RunSQL.noop,
        ),
        migrations.AddIndex(
            model_name='emission',
            index=models.Index(models.F('kid'), models.F('form'), models.F('revoked_at'), condition=models.Q(('revoked_at__isnull', False)), name='emission_fallen'),
        ),
    ]
