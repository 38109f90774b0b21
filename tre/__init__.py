"""Composition only: the ``tre`` command, ``status`` and ``tour``."""
