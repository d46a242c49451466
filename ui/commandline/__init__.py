"""The program without its window."""

from __future__ import annotations

from typing import Final

ENDS_WITH: Final = "COUNTERFOIL_ENDS_WITH"
"""The number of the process that started this one, and that it ends with."""
