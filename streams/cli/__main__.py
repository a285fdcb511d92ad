"""``python -m streams.cli``: the command where nothing is installed on the path."""

from streams.cli import main

main()
