"""A classifier of two affine layers, with sigmoid in between and softmax at the end."""

from __future__ import annotations

import numpy as np


class TwoLayerNet:
    """Affine, sigmoid, affine, softmax, trained with mean cross-entropy.

        hidden = sigmoid(x @ W1 + b1)
        probabilities = softmax(hidden @ W2 + b2)

    The parameters are the entries of the dict ``params`` under the keys ``W1``, ``b1``,
    ``W2`` and ``b2``. Every method reads them there, so they may be replaced
    (``net.params["W1"] = w``) or changed in place (``net.params["W1"] -= step``) at any time.
    """

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        output_size: int,
        weight_init_std: float = 0.01,
        rng: np.random.Generator | None = None,
    ) -> None:
        """Draw the weights from N(0, weight_init_std**2) and set the biases to zero.

        Args:
            input_size: number of features of a sample.
            hidden_size: number of hidden units.
            output_size: number of classes.
            weight_init_std: standard deviation of the initial weights.
            rng: source of the initial weights; None means ``np.random.default_rng()``.

        Shape:
            ``W1 (input_size, hidden_size)``, ``b1 (hidden_size,)``,
            ``W2 (hidden_size, output_size)``, ``b2 (output_size,)``.

        Raises:
            ValueError: a size is below 1.
        """
        sizes = {"input_size": input_size, "hidden_size": hidden_size, "output_size": output_size}
        for name, size in sizes.items():
            if size < 1:
                raise ValueError(f"{name} must be at least 1, got {size}")
        rng = np.random.default_rng() if rng is None else rng
        self.params: dict[str, np.ndarray] = {
            "W1": weight_init_std * rng.standard_normal((input_size, hidden_size)),
            "b1": np.zeros(hidden_size),
            "W2": weight_init_std * rng.standard_normal((hidden_size, output_size)),
            "b2": np.zeros(output_size),
        }

    def predict(self, x: np.ndarray) -> np.ndarray:
        """Return the probability of each class.

        Finite for scores of any size; every row sums to one.

        Shape:
            x ``(N, input_size)``; result ``(N, output_size)``.

        Raises:
            ValueError: ``x`` is not ``(N, input_size)``.
        """
        return np.asarray(np.exp(self._log_softmax(self._scores(self._hidden(x)))))

    def loss(self, x: np.ndarray, t: np.ndarray) -> float:
        """Return the mean cross-entropy of the batch.

        Args:
            x: the samples.
            t: class indices of any integer dtype, or one-hot rows.

        Shape:
            x ``(N, input_size)``; t ``(N,)`` or ``(N, output_size)``; result a float.

        Raises:
            ValueError: ``x`` is not ``(N, input_size)``, or ``t`` does not fit it.
        """
        log_p = self._log_softmax(self._scores(self._hidden(x)))
        # loss = -1/N sum_n log p[n, t_n]
        return float(-log_p[np.arange(len(x)), self._labels(x, t)].mean())

    def accuracy(self, x: np.ndarray, t: np.ndarray) -> float:
        """Return the share of samples, between 0 and 1, whose most probable class is the correct one.

        Shape:
            x ``(N, input_size)``; t ``(N,)`` or ``(N, output_size)``; result a float.
        """
        return float((self._scores(self._hidden(x)).argmax(axis=1) == self._labels(x, t)).mean())

    def gradient(self, x: np.ndarray, t: np.ndarray) -> dict[str, np.ndarray]:
        """Return the gradient of ``loss(x, t)`` with respect to every parameter.

        It stands on its own: no call of ``loss`` has to come first.

        Returns:
            A dict with the keys of ``params``; each gradient has its parameter's shape.
        """
        hidden = self._hidden(x)
        # d_scores = (p - t) / N
        d_scores = np.exp(self._log_softmax(self._scores(hidden)))
        d_scores[np.arange(len(x)), self._labels(x, t)] -= 1
        d_scores /= len(x)
        # sigmoid'(a) = sigmoid(a) * (1 - sigmoid(a))
        d_affine = d_scores @ self.params["W2"].T * hidden * (1 - hidden)
        return {
            "W1": x.T @ d_affine,
            "b1": d_affine.sum(axis=0),
            "W2": hidden.T @ d_scores,
            "b2": d_scores.sum(axis=0),
        }

    def _hidden(self, x: np.ndarray) -> np.ndarray:
        features = self.params["W1"].shape[0]
        if x.ndim != 2 or x.shape[1] != features:
            raise ValueError(f"x must have shape (N, {features}), got {x.shape}")
        # sigmoid(a) = (1 + tanh(a / 2)) / 2,  which never overflows
        return np.asarray(0.5 + 0.5 * np.tanh(0.5 * (x @ self.params["W1"] + self.params["b1"])))

    def _scores(self, hidden: np.ndarray) -> np.ndarray:
        return np.asarray(hidden @ self.params["W2"] + self.params["b2"])

    def _log_softmax(self, scores: np.ndarray) -> np.ndarray:
        shifted = scores - scores.max(axis=1, keepdims=True)
        return np.asarray(shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True)))

    def _labels(self, x: np.ndarray, t: np.ndarray) -> np.ndarray:
        classes = self.params["b2"].shape[0]
        if t.shape != (len(x),) and t.shape != (len(x), classes):
            raise ValueError(f"t must be ({len(x)},) or ({len(x)}, {classes}), got {t.shape}")
        return np.asarray(t.argmax(axis=1) if t.ndim == 2 else t)
