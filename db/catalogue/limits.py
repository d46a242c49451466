"""How much a feed may be. Every bound is here; the largest rail feeds known stay far below each.

A whole file that goes past one is refused (``too_large`` and its like); a single trip or name costs only itself.
"""

from __future__ import annotations

from typing import Final

ARCHIVE_BYTES: Final = 512 * 2**20
ENTRIES: Final = 1_000
ENTRY_BYTES: Final = 2**30  # declared size of one file
TOTAL_BYTES: Final = 2 * 2**30  # declared sizes together
DIRECTORY_BYTES: Final = 16 * 2**20

LINES: Final = 20_000_000  # physical lines of one file: a gigabyte of empty lines is a bomb too
LINE_BYTES: Final = 2**20
FIELD_CHARS: Final = 10_000
COLUMNS: Final = 200

CALLS: Final = 8_000_000
TRIP_CALLS: Final = 1_000
TRIPS: Final = 1_000_000
STOPS: Final = 1_000_000
SMALL_ROWS: Final = 1_000_000  # routes, services, coach types, places, fares: each
STOP_FARES: Final = 8_000_000
EXCEPTION_DAYS: Final = 8_000_000
DEPARTURES_A_TRIP: Final = 2_000  # that one trip of frequencies.txt may stand for
PLACES_A_COACH: Final = 2_000
COACHES_A_TRAIN: Final = 100

TIME_S: Final = 14 * 86_400  # the longest scheduled journeys last some eight days
NAME_CHARS: Final = 200
DISTANCE_M: Final = 50_000_000
FAULTS_LISTED: Final = 10_000

CHILD_MEMORY_BYTES: Final = 3 * 2**30  # address space, where the system can hold a process to it
CHILD_SILENCE_S: Final = 60  # a child that reports nothing for so long hangs
