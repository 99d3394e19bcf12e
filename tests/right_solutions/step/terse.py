import numpy as np

step = lambda x: np.greater(x, 0).astype(int)  # noqa: E731
