import tiemchung.core.ids
from django.db import migrations, models

from tiemchung.core.distribution import SetPhysicalKey


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='IdentifierLookup',
            fields=[
                ('id', models.UUIDField(default=tiemchung.core.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('value_index', models.BinaryField()),
                ('system', models.CharField(choices=[('CMND9', 'CMND9'), ('CMND12', 'CMND12'), ('CCCD', 'CCCD'), ('PASSPORT', 'PASSPORT'), ('BHXH10', 'BHXH10'), ('BHYT15', 'BHYT15'), ('HEALTH_ID', 'HEALTH_ID'), ('QID', 'QID')], max_length=12)),
                ('profile_id', models.UUIDField()),
            ],
            options={
                'abstract': False,
            },
        ),
        SetPhysicalKey("IdentifierLookup", "value_index"),
        migrations.CreateModel(
            name='Person',
            fields=[
                ('id', models.UUIDField(default=tiemchung.core.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('person_id', models.UUIDField()),
                ('joined_ids', models.JSONField(default=list)),
                ('created_at', models.DateTimeField()),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='ContactPhone',
            fields=[
                ('id', models.UUIDField(default=tiemchung.core.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('phone_index', models.BinaryField(help_text="blind index of the phone; equal to the outbox's contact key")),
                ('profile_id', models.UUIDField()),
                ('sealed_phone', models.BinaryField()),
                ('last3', models.CharField(max_length=3)),
                ('relation', models.CharField(choices=[('OWN', 'OWN'), ('FAMILY', 'FAMILY'), ('GUARDIAN', 'GUARDIAN'), ('FACILITY', 'FACILITY'), ('UNKNOWN', 'UNKNOWN')], max_length=12)),
                ('valid_from', models.DateTimeField()),
                ('valid_to', models.DateTimeField(null=True)),
            ],
            options={
                'constraints': [models.UniqueConstraint(models.F('phone_index'), models.F('profile_id'), condition=models.Q(('valid_to__isnull', True)), name='contact_phone_open')],
            },
        ),
        SetPhysicalKey("ContactPhone", "phone_index"),
        migrations.CreateModel(
            name='Guardianship',
            fields=[
                ('id', models.UUIDField(default=tiemchung.core.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('profile_id', models.UUIDField()),
                ('other_id', models.UUIDField()),
                ('side', models.CharField(choices=[('GUARDIAN', 'GUARDIAN'), ('DEPENDANT', 'DEPENDANT')], max_length=12)),
                ('pair_id', models.UUIDField()),
                ('relation', models.CharField(choices=[('MOTHER', 'MOTHER'), ('FATHER', 'FATHER'), ('GRANDPARENT', 'GRANDPARENT'), ('SIBLING', 'SIBLING'), ('CHILD', 'CHILD'), ('SPOUSE', 'SPOUSE'), ('OTHER', 'OTHER')], max_length=12)),
                ('valid_from', models.DateTimeField()),
                ('valid_to', models.DateTimeField(null=True)),
                ('decided_by', models.UUIDField(null=True)),
                ('because', models.TextField(blank=True)),
            ],
            options={
                'constraints': [models.UniqueConstraint(models.F('profile_id'), models.F('other_id'), models.F('side'), condition=models.Q(('valid_to__isnull', True)), name='guardianship_open')],
            },
        ),
        SetPhysicalKey("Guardianship", "profile_id"),
        migrations.CreateModel(
            name='Identifier',
            fields=[
                ('id', models.UUIDField(default=tiemchung.core.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('profile_id', models.UUIDField()),
                ('system', models.CharField(choices=[('CMND9', 'CMND9'), ('CMND12', 'CMND12'), ('CCCD', 'CCCD'), ('PASSPORT', 'PASSPORT'), ('BHXH10', 'BHXH10'), ('BHYT15', 'BHYT15'), ('HEALTH_ID', 'HEALTH_ID'), ('QID', 'QID')], max_length=12)),
                ('sealed_value', models.BinaryField()),
                ('value_index', models.BinaryField()),
                ('tail', models.CharField(help_text='what may be shown', max_length=3)),
                ('state', models.CharField(choices=[('CLEAN', 'CLEAN'), ('DOUBTFUL', 'DOUBTFUL'), ('RETIRED', 'RETIRED')], max_length=12)),
                ('valid_from', models.DateField()),
                ('valid_to', models.DateField(null=True)),
                ('created_at', models.DateTimeField()),
                ('because', models.TextField(blank=True, help_text='why it was retired')),
            ],
            options={
                'constraints': [models.UniqueConstraint(models.F('profile_id'), models.F('value_index'), condition=models.Q(('valid_to__isnull', True)), name='identifier_once'), models.CheckConstraint(condition=models.Q(('system__in', ['CMND9', 'CMND12', 'CCCD', 'PASSPORT', 'BHXH10', 'BHYT15', 'HEALTH_ID', 'QID'])), name='identifier_system'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'RETIRED'), ('valid_to__isnull', False)), models.Q(models.Q(('state', 'RETIRED'), _negated=True), ('valid_to__isnull', True)), _connector='OR'), name='identifier_retired')],
            },
        ),
        SetPhysicalKey("Identifier", "profile_id"),
        migrations.CreateModel(
            name='LookPermit',
            fields=[
                ('id', models.UUIDField(default=tiemchung.core.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('person_id', models.UUIDField()),
                ('actor_id', models.UUIDField()),
                ('why', models.CharField(choices=[('NUMBER', 'NUMBER'), ('PHONE', 'PHONE'), ('REGISTERED', 'REGISTERED')], max_length=12)),
                ('valid_from', models.DateTimeField()),
                ('valid_to', models.DateTimeField()),
            ],
            options={
                'indexes': [models.Index(models.F('person_id'), models.F('actor_id'), models.F('valid_to'), name='look_permit_of')],
            },
        ),
        SetPhysicalKey("LookPermit", "person_id"),
        migrations.CreateModel(
            name='PersonLink',
            fields=[
                ('id', models.UUIDField(default=tiemchung.core.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('profile_id', models.UUIDField(help_text="the joined person's own id")),
                ('person_id', models.UUIDField(help_text='the kept person at that moment')),
                ('valid_from', models.DateTimeField()),
                ('valid_to', models.DateTimeField(null=True)),
                ('decided_by', models.UUIDField(null=True)),
                ('because', models.TextField()),
                ('ended_by', models.UUIDField(null=True)),
                ('ended_because', models.TextField(blank=True)),
            ],
            options={
                'constraints': [models.UniqueConstraint(models.F('profile_id'), condition=models.Q(('valid_to__isnull', True)), name='link_one_open'), models.CheckConstraint(condition=models.Q(('profile_id', models.F('person_id')), _negated=True), name='link_two_persons')],
            },
        ),
        SetPhysicalKey("PersonLink", "profile_id"),
        migrations.CreateModel(
            name='PersonNonLink',
            fields=[
                ('id', models.UUIDField(default=tiemchung.core.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('profile_id', models.UUIDField()),
                ('other_id', models.UUIDField()),
                ('valid_from', models.DateTimeField()),
                ('valid_to', models.DateTimeField(null=True)),
                ('decided_by', models.UUIDField(null=True)),
                ('because', models.TextField()),
            ],
            options={
                'constraints': [models.UniqueConstraint(models.F('profile_id'), models.F('other_id'), condition=models.Q(('valid_to__isnull', True)), name='non_link_one_open'), models.CheckConstraint(condition=models.Q(('profile_id__lt', models.F('other_id'))), name='non_link_ordered')],
            },
        ),
        SetPhysicalKey("PersonNonLink", "profile_id"),
        migrations.CreateModel(
            name='PersonProof',
            fields=[
                ('id', models.UUIDField(default=tiemchung.core.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('phone_index', models.BinaryField(help_text="blind index of the phone; equal to the outbox's contact key")),
                ('person_id', models.UUIDField()),
                ('how', models.CharField(choices=[('NAME_DOB', 'NAME_DOB'), ('ID_NUMBER', 'ID_NUMBER'), ('GUARDIAN', 'GUARDIAN'), ('STAFF', 'STAFF')], max_length=12)),
                ('proven_at', models.DateTimeField()),
                ('last_used_at', models.DateTimeField()),
                ('ended_at', models.DateTimeField(null=True)),
            ],
            options={
                'constraints': [models.UniqueConstraint(models.F('phone_index'), models.F('person_id'), condition=models.Q(('ended_at__isnull', True)), name='person_proof_open')],
            },
        ),
        SetPhysicalKey("PersonProof", "phone_index"),
        migrations.CreateModel(
            name='Profile',
            fields=[
                ('id', models.UUIDField(default=tiemchung.core.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('full_name', models.CharField(max_length=120)),
                ('name_key', models.CharField(help_text='lower case without marks, in the written order', max_length=120)),
                ('name_back', models.CharField(help_text='the words of name_key from the last to the first', max_length=120)),
                ('name_sort', models.CharField(max_length=500)),
                ('birth_date', models.DateField(help_text='first day of the month or year where the precision is coarser')),
                ('birth_precision', models.CharField(choices=[('DAY', 'DAY'), ('MONTH', 'MONTH'), ('YEAR', 'YEAR')], max_length=12)),
                ('sex', models.CharField(choices=[('MALE', 'MALE'), ('FEMALE', 'FEMALE'), ('OTHER', 'OTHER'), ('UNKNOWN', 'UNKNOWN')], max_length=12)),
                ('nationality', models.CharField(default='VN', max_length=2)),
                ('occupation', models.CharField(blank=True, max_length=120)),
                ('address_text', models.CharField(blank=True, help_text='as captured', max_length=300)),
                ('area_id', models.UUIDField(help_text="the place's area on the day of capture", null=True)),
                ('address_as_of', models.DateField(null=True)),
                ('facility_id', models.UUIDField(help_text='where it came in', null=True)),
                ('source', models.CharField(choices=[('DESK', 'DESK'), ('SELF', 'SELF'), ('BACKLOG', 'BACKLOG'), ('HOTLINE', 'HOTLINE'), ('POPULATION', 'POPULATION'), ('PARTNER', 'PARTNER'), ('DEMO', 'DEMO')], max_length=12)),
                ('died_on', models.DateField(null=True)),
                ('created_at', models.DateTimeField()),
                ('version', models.PositiveIntegerField(default=1)),
            ],
            options={
                'indexes': [models.Index(fields=['area_id', 'name_key'], name='profile_area_name', opclasses=['uuid_ops', 'text_pattern_ops']), models.Index(fields=['area_id', 'name_back'], name='profile_area_back', opclasses=['uuid_ops', 'text_pattern_ops']), models.Index(condition=models.Q(('facility_id__isnull', False)), fields=['facility_id', 'name_key'], name='profile_facility_name', opclasses=['uuid_ops', 'text_pattern_ops']), models.Index(condition=models.Q(('facility_id__isnull', False)), fields=['facility_id', 'name_back'], name='profile_facility_back', opclasses=['uuid_ops', 'text_pattern_ops'])],
                'constraints': [models.CheckConstraint(condition=models.Q(('birth_precision__in', ['DAY', 'MONTH', 'YEAR'])), name='profile_precision'), models.CheckConstraint(condition=models.Q(('sex__in', ['MALE', 'FEMALE', 'OTHER', 'UNKNOWN'])), name='profile_sex')],
            },
        ),
        migrations.CreateModel(
            name='ProfilePhone',
            fields=[
                ('id', models.UUIDField(default=tiemchung.core.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('profile_id', models.UUIDField()),
                ('phone_index', models.BinaryField(help_text="blind index of the phone; equal to the outbox's contact key")),
                ('contact_id', models.UUIDField()),
                ('last3', models.CharField(max_length=3)),
                ('relation', models.CharField(choices=[('OWN', 'OWN'), ('FAMILY', 'FAMILY'), ('GUARDIAN', 'GUARDIAN'), ('FACILITY', 'FACILITY'), ('UNKNOWN', 'UNKNOWN')], max_length=12)),
                ('valid_from', models.DateTimeField()),
                ('valid_to', models.DateTimeField(null=True)),
            ],
            options={
                'indexes': [models.Index(models.F('profile_id'), name='profile_phone_of')],
            },
        ),
        SetPhysicalKey("ProfilePhone", "profile_id"),
        migrations.CreateModel(
            name='ProfileVersion',
            fields=[
                ('id', models.UUIDField(default=tiemchung.core.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('profile_id', models.UUIDField()),
                ('number', models.PositiveIntegerField()),
                ('at', models.DateTimeField()),
                ('actor_id', models.UUIDField(null=True)),
                ('actor_role', models.CharField(blank=True, max_length=30)),
                ('because', models.TextField(blank=True)),
                ('changes', models.JSONField(help_text='field: [old, new]; the first version has no old')),
            ],
            options={
                'constraints': [models.UniqueConstraint(models.F('profile_id'), models.F('number'), name='profile_version_once')],
            },
        ),
        SetPhysicalKey("ProfileVersion", "profile_id"),
    ]
