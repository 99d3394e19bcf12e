"""From the contract alone: np.add.at scatters the -1 of each wanted class; keeps the gradient."""

import numpy as np


class CrossEntropyLoss:
    """softmax + NLL, mean over the batch"""

    def forward(self, logits, targets):
        logits = np.asarray(logits)
        targets = np.asarray(targets)
        if logits.ndim != 2:
            raise ValueError(f"logits must have two dimensions, got {logits.ndim}")
        batch = logits.shape[0]
        z = logits - np.max(logits, axis=1, keepdims=True)
        exp_z = np.exp(z)
        norm = np.sum(exp_z, axis=1, keepdims=True)
        grad = exp_z / norm
        if targets.ndim == 1:
            rows = np.arange(batch)
            if len(targets) != batch or np.any(targets < 0) or np.any(targets >= logits.shape[1]):
                raise ValueError(f"bad targets: {targets}")
            loss = np.sum(np.log(norm[:, 0]) - z[rows, targets])
            np.add.at(grad, (rows, targets), -1.0)
        elif targets.shape == logits.shape:
            loss = np.sum(targets * (np.log(norm) - z))
            grad = grad - targets
        else:
            raise ValueError(f"bad shape of targets: {targets.shape}")
        self._grad = grad / batch
        return float(loss / batch)

    def backward(self):
        return np.array(self._grad)
