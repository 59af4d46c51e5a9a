"""Activities in the order of a State's list, and by sector; both hold all by which activities are counted, so that rows are read only where they are shown."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("presence", "0003_reports_open_the_calendar"),
        ("organisations", "0001_initial"),
        ("places", "0001_initial"),
        ("sources", "0001_initial"),
    ]

    operations = [
        migrations.RemoveIndex(model_name="activity", name="presence_ac_owner_s_75dcdc_idx"),
        migrations.AddIndex(
            model_name="activity",
            index=models.Index(
                fields=["owner_state", "-end", "id", "sensitivity", "sector", "import_run", "identical_to_row", "withdrawn_at"], name="activity_as_listed",
            ),
        ),
        migrations.AddIndex(
            model_name="activity",
            index=models.Index(
                fields=["owner_state", "sector", "organisation", "id", "sensitivity", "import_run", "identical_to_row", "withdrawn_at"], name="activity_by_sector",
            ),
        ),
    ]
