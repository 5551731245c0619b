"""Speed and memory of a running Tugi: `python -m bench`, or `python -m bench NAME ...` for some of it."""
