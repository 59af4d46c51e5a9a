"""Write docs/openapi.json anew from the types of the programming interface; a test holds the file to the code.

    PYTHONPATH=src python scripts/openapi.py
"""

import json
import os
import tempfile
from pathlib import Path

import django

FILE = Path(__file__).resolve().parents[1] / "docs" / "openapi.json"


def main() -> None:
    """The description in French, the language an address answers in unless asked otherwise."""
    # Django is set up first; what describes the interface can be imported only after that.
    from concertation.site.api_description import description  # noqa: PLC0415

    FILE.write_text(json.dumps(description("fr"), ensure_ascii=False, indent=1) + "\n", "utf-8")
    print(f"{FILE.name}: {len(description('fr')['paths'])} addresses")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(prefix="concertation-openapi-") as home:
        os.environ["CONCERTATION_HOME"] = home
        os.environ["DJANGO_SETTINGS_MODULE"] = "concertation.site.settings"
        django.setup()
        main()
