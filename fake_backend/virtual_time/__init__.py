"""The world's time for clients that know nothing of it (``docs/time.md``).

dispatcher.py   time.sleep and the clocks of time: passed through, or the world's
sleepers.py     several threads that sleep at once: time moves when all of them wait
holders.py      who took the originals before the dispatcher was there
switched.py     virtual_time: switch it on for a while

with virtual_time(backend):
    export_with_your_client(backend.url)  # minutes of back-off pass in milliseconds
"""

from fake_backend.virtual_time.dispatcher import DISPATCHER, Dispatcher
from fake_backend.virtual_time.errors import HeldOriginals, NotInstalled, VirtualTimeRefused
from fake_backend.virtual_time.switched import virtual_time

__all__ = ["DISPATCHER", "Dispatcher", "HeldOriginals", "NotInstalled", "VirtualTimeRefused", "virtual_time"]
