"""A card terminal in software that speaks ZVT (PA00P015 13.08, PA00P016): books of its own, faults to switch on.

``counterfoil simulate terminal`` runs it; tests and the demonstration use ``simulators.terminal.serve``.
"""
