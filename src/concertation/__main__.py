"""Sets Django up, then hands over to the command line."""

import importlib
import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "concertation.site.settings")
django.setup()
importlib.import_module("concertation.cli").app(prog_name="./run")
