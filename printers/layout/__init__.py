"""Layouts as data: a TOML file says what stands where on a document (``docs/layouts.md``).

``source`` finds the lines of a file, ``reading`` reads it strictly, ``parse`` makes a checked ``model.Sheet`` for a
width and a language, ``draw`` puts a sheet with a paper's values on a canvas; ``library`` chooses between shipped and
own, ``printers.layout_preview`` shows them with invented papers.
"""
