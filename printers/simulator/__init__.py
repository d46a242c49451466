"""A printer in software for tests and set-up: real sockets and pseudo-terminals, real status bytes, faults to switch.

The driver never imports it. ``counterfoil simulate printer`` runs it; tests use ``simulator.serve.SimulatedPrinter``.
"""
