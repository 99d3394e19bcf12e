import numpy as np


class CrossEntropyLoss:
    def forward(self, logits, targets):
        n, c = logits.shape
        if targets.ndim == 1 and not set(targets.tolist()) <= set(range(c)):
            raise ValueError(f"targets must be classes below {c}: {targets}")
        t = targets if targets.ndim == 2 else np.eye(c, dtype=logits.dtype)[targets]
        if t.shape != (n, c):
            raise ValueError(f"targets {targets.shape} do not fit logits {logits.shape}")
        lse = np.logaddexp.reduce(logits, axis=1, keepdims=True)
        self.d = ((np.exp(logits - lse) - t) / n).astype(logits.dtype)
        return np.mean(np.sum(t * (lse - logits), axis=1))

    def backward(self):
        return self.d
