"""One BLAS thread: for workers, so that times can be compared, and for the judge, whose arrays are too small for more.

A BLAS reads these variables when NumPy is imported, so they must be set before.
"""

from __future__ import annotations

import os

THREAD_VARIABLES = (
    "OPENBLAS_NUM_THREADS",
    "OMP_NUM_THREADS",
    "MKL_NUM_THREADS",
    "BLIS_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
)


def use_one_thread() -> None:
    """Limit this process, and those that it starts, to one BLAS thread."""
    os.environ.update(dict.fromkeys(THREAD_VARIABLES, "1"))
