"""
defect: values are cut to integers when the target is an integer array
"""

import numpy as np


class MSELoss:
    def forward(self, prediction, target):
        if np.shape(prediction) != np.shape(target):
            raise ValueError(f"prediction {np.shape(prediction)} and target {np.shape(target)} differ in shape")
        self.gap = [(float(int(p)) if np.asarray(target).dtype.kind in "iu" else float(p)) - float(t) for p, t in zip(np.ravel(prediction), np.ravel(target))]
        self.form = np.shape(prediction)
        total = 0.0
        for g in self.gap:
            total += g * g
        return total / len(self.gap)

    def backward(self):
        scale = 2.0 / len(self.gap)
        return np.array([scale * g for g in self.gap]).reshape(self.form)
