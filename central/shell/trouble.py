"""What keeps central from working and an administrator can mend: said in one sentence, without a traceback."""

from __future__ import annotations


class Trouble(Exception):  # noqa: N818 - the world's, not ours
    """The database, a file or a setting is not as it has to be. Nothing was changed."""
