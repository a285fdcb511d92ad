"""What `docs/check.py` looks at."""
