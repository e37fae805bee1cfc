from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [("access", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="staff",
            name="sign_ins_from",
            field=models.DateTimeField(help_text="every sign-in made before is over", null=True),
        ),
    ]
