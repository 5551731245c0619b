"""Tugi: customer service for web shops, where a robot team-mate answers only what it can prove."""

import os

# One thread of linear algebra: a verdict's matrices are small, and beside other work more threads
# make it ten times slower. Read by the library when it is loaded, hence here.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

__version__ = "0.1.0"
