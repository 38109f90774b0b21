"""Run the command line as ``python -m tre``."""

from tre.command import main

main()
