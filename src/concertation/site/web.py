"""The door the web server opens in each of its processes, which it forks: told to end while the pages are still being loaded, such a process ends.

Until this module is loaded it would only note the signal, in its copy of what its parent does with one, and stay behind.
"""

import signal
from importlib import import_module

for name in ("SIGINT", "SIGTERM"):
    signal.signal(getattr(signal, name), signal.SIG_DFL)
starting = import_module("concertation.site.starting")
with starting.loading():
    application = import_module("concertation.site.wsgi").application
starting.giving_back()
