"""The automatic checks: one module per kind of output or danger; only `panel` and `examine` know them all."""
