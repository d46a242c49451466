"""Devices in software for tests, set-up and the demonstration: real protocols over real sockets and pseudo-terminals.

No driver imports them, and they import no driver: each side reads the protocol's document for itself.
"""
