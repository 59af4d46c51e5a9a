"""Every State keeps the bytes of the files it brought in before it could have them erased."""

from django.db import migrations
from django.db.models import Min


def keep_for_states(apps, schema_editor):
    """One note per file and State, from the day of the State's first import of it."""
    runs = apps.get_model("sources", "ImportRun").objects.order_by().values_list("file_id", "owner_state")
    keepings = apps.get_model("sources", "RawKeeping").objects
    noted = [keepings.model(file_id=file, state=state, received_at=first) for file, state, first in runs.annotate(first=Min("created_at"))]
    keepings.bulk_create(noted, batch_size=500, ignore_conflicts=True)


class Migration(migrations.Migration):

    dependencies = [("sources", "0009_raw_files_kept_by_states")]

    operations = [migrations.RunPython(keep_for_states, migrations.RunPython.noop)]
