"""The mathematics of safe outputs: pure functions, no input or output, usable alone."""
