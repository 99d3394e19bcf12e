"""Hidden tests of the kata trainer.

The model is a script: its gradient is always the same and its predictions get better and worse with the distance that
its parameters have moved, so every step and every accuracy can be foretold, whatever order the samples are drawn in.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest

from harness.judge.testing import (
    assert_close,
    assert_rejects,
    assert_shape,
    by_properties,
    expect,
    fetch,
    note,
    put,
    stand_in,
)

Params = dict[str, np.ndarray]
CLASSES = 3


@dataclass(frozen=True)
class Step:
    """One call of the model's `loss`: the parameters before it, its batch, and the loss that it returned."""

    params: Params
    x: np.ndarray
    t: np.ndarray
    loss: float


@dataclass
class Script:
    """A model and data. Column 0 of x is the sample's number; validation samples count from 1000.

    Args:
        rng: draws data, parameters and gradient.
        n_train, n_val: how many samples.
        peak: how far, in units of the gradient, the parameters must move for the best validation accuracy.
    """

    rng: np.random.Generator
    n_train: int
    n_val: int = 40
    peak: float = np.inf
    steps: list[Step] = field(default_factory=list)

    def __post_init__(self) -> None:
        rng = self.rng
        self.start = {"W1": rng.normal(size=(2, 3)), "b1": rng.normal(size=3)}
        self.grads = {name: rng.choice([-1, 1], p.shape) * rng.uniform(1, 2, p.shape) for name, p in self.start.items()}
        numbers = {"train": np.arange(self.n_train), "val": 1000 + np.arange(self.n_val)}
        self.x = {part: np.column_stack([n, rng.normal(size=(len(n), 2))]) for part, n in numbers.items()}
        self.t = {part: rng.integers(0, CLASSES, size=len(n)) for part, n in numbers.items()}

    @property
    def data(self) -> dict[str, np.ndarray]:
        """The data, under the names that the statement gives, and under others that are as common."""
        names: dict[str, np.ndarray] = {}
        for part in ("train", "val"):
            names |= {f"x_{part}": self.x[part], f"X_{part}": self.x[part]}
            names |= {f"t_{part}": self.t[part], f"y_{part}": self.t[part]}
        return names

    def labels(self, x: np.ndarray) -> np.ndarray:
        """The right classes of samples, by their numbers."""
        return np.array([self.t["val"][int(i) - 1000] if i >= 1000 else self.t["train"][int(i)] for i in x[:, 0]], dtype=int)

    def moved(self, params: Params) -> float:
        """How far parameters are from the start, against the gradient and in units of it."""
        return float((self.start["W1"] - params["W1"])[0, 0] / self.grads["W1"][0, 0])

    def share(self, params: Params, part: str) -> float:
        """The accuracy that the model shall have with these parameters: on the validation data, highest at the peak."""
        moved = self.moved(params)
        if part == "train":
            return 0.1 + 0.8 * moved / (5 + abs(moved))
        distance = abs(moved - self.peak) if np.isfinite(self.peak) else 10 / (5 + abs(moved))
        return 0.9 - 0.8 * distance / (4 + distance)

    def right_of(self, params: Params, part: str) -> int:
        """How many samples of one part the model gets right with these parameters."""
        return int(np.clip(np.round(self.share(params, part) * len(self.t[part])), 0, len(self.t[part])))

    def predict(self, model: dict[str, Any], x: np.ndarray) -> np.ndarray:
        """Scores by which as many of the samples are right as `share` says, the first of them."""
        train, val = (self.right_of(model["params"], part) for part in ("train", "val"))
        is_wrong = x[:, 0] % 1000 >= np.where(x[:, 0] >= 1000, val, train)
        scores = np.tile(-1.0 - 0.1 * np.arange(CLASSES), (len(x), 1))
        scores[np.arange(len(x)), (self.labels(x) + is_wrong) % CLASSES] = 1.0
        return scores

    def accuracy(self, params: Params, part: str) -> float:
        """The accuracy that must be measured with these parameters."""
        return self.right_of(params, part) / len(self.t[part])

    def loss(self, model: dict[str, Any], x: np.ndarray, t: np.ndarray) -> tuple[float, Params]:
        """A loss that is different at every step, and the gradient."""
        value = 10.0 / (1 + len(self.steps)) + float(np.mean(t)) + 1e-3 * float(np.mean(x[:, 1]))
        self.steps.append(Step(model["params"], x, t, value))
        return value, self.grads

    def after(self, steps: list[float]) -> Params:
        """The parameters after steps of the given learning rates."""
        return {name: start - sum(steps) * self.grads[name] for name, start in self.start.items()}


def train(solution: Any, script: Script, **options: Any) -> tuple[Any, Any]:
    """The learner's trainer after `train()`, and the model that it was given."""
    model = put(solution, stand_in({"params": script.start}, loss=script.loss, predict=script.predict))
    trainer = solution.Trainer(model, put(solution, script.data), **options)
    trainer.train()
    expect(bool(script.steps), "train() never called model.loss")
    return trainer, model


def history(trainer: Any, name: str) -> np.ndarray:
    """A history as an array."""
    values = getattr(trainer, name)
    expect(isinstance(values, list | tuple | np.ndarray), f"{name} must be a list of numbers")
    return np.array([float(value) for value in values])


def accuracies(trainer: Any, name: str, epochs: int) -> np.ndarray:
    """A history of accuracies; an entry for the untrained model in front of it is let pass."""
    values = history(trainer, name)
    expect(len(values) in (epochs, epochs + 1), f"{name} has {len(values)} entries after {epochs} epochs")
    return values[-epochs:]


class TestSteps:
    def test_loss_history(self, solution: Any, rng: np.random.Generator) -> None:
        """loss_history holds the loss of every step"""
        script = Script(rng, 12)
        trainer = train(solution, script, batch_size=4, epochs=5, lr=0.1, rng=rng)[0]
        expect(len(script.steps) == 15, f"5 epochs of 3 batches took {len(script.steps)} steps")
        assert_close(history(trainer, "loss_history"), [step.loss for step in script.steps], "loss_history")

    @by_properties
    @pytest.mark.parametrize(("lr", "decay"), [(0.3, 1.0), (0.5, 0.8)], ids=["constant", "decaying"])
    def test_learning_rate(self, solution: Any, rng: np.random.Generator, lr: float, decay: float) -> None:
        """each step is param -= lr * gradient, in place, and lr decays from one epoch to the next"""
        script = Script(rng, 12)
        train(solution, script, batch_size=4, epochs=4, lr=lr, lr_decay=decay, rng=rng)
        moved = [script.moved(step.params) for step in script.steps]
        note(solution, count=len(moved), rates=tuple(round(rate, 3) for rate in np.diff(moved)))
        expect(len(moved) == 12, f"4 epochs of 3 batches took {len(moved)} steps")
        rates = [lr * decay ** (k // 3) for k in range(12)]
        for k, step in enumerate(script.steps):
            for name, expected in script.after(rates[:k]).items():
                assert_close(step.params[name], expected, f"{name} before step {k + 1}")

    def test_default_learning_rate(self, solution: Any, rng: np.random.Generator) -> None:
        """by default lr is 0.01 and does not decay, and there are 10 epochs of batches of 100"""
        script = Script(rng, 200, n_val=10)
        trainer = train(solution, script)[0]
        expect(len(script.steps) == 20, f"10 epochs of 200 samples took {len(script.steps)} steps")
        rows = {len(step.x) for step in script.steps}
        expect(rows == {100}, f"without batch_size, batches have {sorted(rows)} rows")
        assert_close(script.moved(script.steps[-1].params), 0.19, "the way of 19 steps, in units of the gradient")
        assert_close(history(trainer, "loss_history"), [step.loss for step in script.steps], "loss_history")

    @by_properties
    @pytest.mark.parametrize("batch_size", [4, 5, 1], ids=["divides", "does not divide", "single rows"])
    def test_batches(self, solution: Any, rng: np.random.Generator, batch_size: int) -> None:
        """batches are rows of the training data with their own targets, of batch_size rows"""
        script = Script(rng, 12)
        train(solution, script, batch_size=batch_size, epochs=40, lr=0.01, rng=rng)
        seen: set[int] = set()
        lengths = {len(step.x) for step in script.steps}
        matching = all(np.array_equal(script.labels(step.x), step.t) for step in script.steps)
        for step in script.steps:
            seen |= {int(number) for number in step.x[:, 0]}
        note(solution, lengths=tuple(sorted(lengths)), matching=matching, seen=len(seen), count=len(script.steps))
        expect(matching, "a batch pairs samples with the targets of others")
        expect(seen <= set(range(12)), "a batch holds samples that are not training data")
        # Even with replacement a sample escapes 40 epochs with a chance below 1e-13.
        expect(len(seen) == 12, f"only {len(seen)} of 12 samples were ever in a batch")
        allowed = {batch_size, 12 % batch_size or batch_size}
        expect(lengths <= allowed, f"batches have {sorted(lengths)} rows, with batch_size={batch_size} and 12 samples")
        low, high = 40 * (12 // batch_size), 40 * -(-12 // batch_size)
        expect(low <= len(script.steps) <= high, f"40 epochs took {len(script.steps)} steps, expected {high}")

    def test_large_batch(self, solution: Any, rng: np.random.Generator) -> None:
        """where batch_size is larger than the data, an epoch is one step"""
        script = Script(rng, 12)
        trainer = train(solution, script, batch_size=100, epochs=3, lr=0.1, rng=rng)[0]
        expect(len(script.steps) == 3, f"3 epochs of one batch took {len(script.steps)} steps")
        assert_close(history(trainer, "loss_history"), [step.loss for step in script.steps], "loss_history")

    def test_model_is_trained(self, solution: Any, rng: np.random.Generator) -> None:
        """the model that was given is the one that is trained"""
        script = Script(rng, 12)
        model = train(solution, script, batch_size=4, epochs=2, lr=1.0, rng=rng)[1]
        # The best epoch is the last one here, so whoever puts the best parameters back is right as well.
        params = model.params
        for name, expected in script.after([1.0] * 6).items():
            assert_close(params[name], expected, f"the model's {name} after training")


class TestEvaluation:
    @pytest.mark.parametrize("name", ["train_accuracy", "val_accuracy"])
    def test_accuracy(self, solution: Any, rng: np.random.Generator, name: str) -> None:
        """accuracy is measured after the last step of every epoch, on all rows"""
        script = Script(rng, 30, peak=4.0)
        trainer = train(solution, script, batch_size=10, epochs=5, lr=0.5, rng=rng)[0]
        expected = [script.accuracy(script.after([0.5] * (3 * k)), name.split("_")[0]) for k in range(1, 6)]
        assert_close(accuracies(trainer, name, 5), np.array(expected), name)

    def test_uneven_batches(self, solution: Any, rng: np.random.Generator) -> None:
        """every epoch is evaluated where the batch size does not divide the data, the last step included"""
        script = Script(rng, 30, n_val=500)
        trainer = train(solution, script, batch_size=8, epochs=5, lr=0.5, rng=rng)[0]
        final = script.after([0.5] * len(script.steps))
        values = accuracies(trainer, "val_accuracy", 5)
        expect(bool(np.all(np.diff(values) > 0)), "val_accuracy must grow from epoch to epoch with this model")
        assert_close(values[-1], script.accuracy(final, "val"), "the last val_accuracy")

    def test_uneven_decay(self, solution: Any, rng: np.random.Generator) -> None:
        """the learning rate decays after every epoch where the batch size does not divide the data"""
        script = Script(rng, 30)
        trainer = train(solution, script, batch_size=8, epochs=4, lr=0.5, lr_decay=0.5, rng=rng)[0]
        rates = np.diff([script.moved(step.params) for step in script.steps])
        expect(len(rates) >= 8, f"4 epochs took {len(rates) + 1} steps")
        found = sorted({round(float(rate), 6) for rate in rates}, reverse=True)
        expect(found == [0.5, 0.25, 0.125, 0.0625], f"the learning rates of 4 epochs with lr_decay=0.5 are {found}")
        assert_close(history(trainer, "loss_history"), [step.loss for step in script.steps], "loss_history")

    @pytest.mark.parametrize("peak", [2, 1, 5], ids=["second epoch", "first epoch", "last epoch"])
    def test_best_params(self, solution: Any, rng: np.random.Generator, peak: int) -> None:
        """best_params are the parameters after the epoch with the highest validation accuracy"""
        script = Script(rng, 30, peak=0.5 * 3 * peak + 0.4)
        trainer = train(solution, script, batch_size=10, epochs=5, lr=0.5, rng=rng)[0]
        best = trainer.best_params
        expect(isinstance(best, dict) and set(best) == set(script.start), "best_params must be a dict like model.params")
        for name, expected in script.after([0.5] * (3 * peak)).items():
            assert_close(best[name], expected, f"best_params[{name!r}]")

    def test_learns(self, solution: Any, rng: np.random.Generator) -> None:
        """a linear softmax classifier reaches 95 % on separable data"""
        centres = np.array([[4.0, 0.0], [-2.0, 3.5], [-2.0, -3.5]])
        t = np.arange(45) % CLASSES
        x = centres[t] + rng.uniform(-1, 1, size=(45, 2))
        parts = {"train": slice(0, 30), "val": slice(30, 45)}
        data = {
            f"{name}_{part}": value[rows]
            for part, rows in parts.items()
            for name, value in zip("xXty", (x, x, t, t), strict=True)
        }

        def predict(model: dict[str, Any], x: np.ndarray) -> np.ndarray:
            return np.asarray(x @ model["params"]["W"] + model["params"]["b"])

        def loss(model: dict[str, Any], x: np.ndarray, t: np.ndarray) -> tuple[float, Params]:
            p = np.exp(predict(model, x))
            p /= p.sum(axis=1, keepdims=True)
            d_scores = (p - np.eye(CLASSES)[t]) / len(t)
            return float(-np.log(p[np.arange(len(t)), t]).mean()), {"W": x.T @ d_scores, "b": d_scores.sum(axis=0)}

        # Started the wrong way round, so that the untrained model is at zero.
        params = {"W": -0.3 * centres.T, "b": np.zeros(CLASSES)}
        model = put(solution, stand_in({"params": params}, loss=loss, predict=predict))
        trainer = solution.Trainer(model, put(solution, data), lr=0.3, batch_size=10, epochs=10, rng=rng)
        trainer.train()
        for name in ("train_accuracy", "val_accuracy"):
            reached = accuracies(trainer, name, 10)[-1]
            expect(bool(0.95 <= reached <= 1), f"{name} ends at {reached:.3g}, expected at least 0.95")


class TestRobustness:
    @by_properties
    def test_generator(self, solution: Any, rng: np.random.Generator) -> None:
        """the order of the samples comes from the generator that is given, and is new in every epoch"""
        orders = []
        for seed in (5, 5, 6):
            script = Script(np.random.default_rng(0), 24)
            train(solution, script, batch_size=24, epochs=2, lr=0.1, rng=np.random.default_rng(seed))
            expect(len(script.steps) == 2, f"2 epochs of one batch took {len(script.steps)} steps")
            orders.append([step.x[:, 0] for step in script.steps])
        first, again, other = (np.concatenate(order) for order in orders)
        lengths = len(first) == len(again) == len(other)
        repeatable, seeded = lengths and np.array_equal(first, again), not lengths or not np.array_equal(first, other)
        fresh = not np.array_equal(orders[0][0], orders[0][1])
        note(solution, repeatable=bool(repeatable), seeded=bool(seeded), fresh=bool(fresh))
        expect(bool(repeatable), "two runs with equal generators draw the samples in different orders")
        expect(bool(seeded), "the order of the samples does not depend on `rng`")
        expect(bool(fresh), "two epochs go through the samples in the same order")

    def test_data_unchanged(self, solution: Any, rng: np.random.Generator) -> None:
        """training does not change the data"""
        script = Script(rng, 12)
        model = put(solution, stand_in({"params": script.start}, loss=script.loss, predict=script.predict))
        data = put(solution, script.data)
        trainer = solution.Trainer(model, data, batch_size=4, epochs=2, rng=rng)
        trainer.train()
        assert_close(history(trainer, "loss_history"), [step.loss for step in script.steps], "loss_history")
        expect(len(script.steps) == 6, f"2 epochs of 3 batches took {len(script.steps)} steps")
        now = fetch(data)
        for name, value in script.data.items():
            assert_close(now[name], value, f"data[{name!r}] after training")

    def test_unknown_optimizer(self, solution: Any, rng: np.random.Generator) -> None:
        """an unknown optimizer raises ValueError"""
        script = Script(rng, 12)
        trainer = train(solution, script, optimizer="sgd", batch_size=4, epochs=2, lr=0.1, rng=rng)[0]
        assert_shape(history(trainer, "loss_history"), (6,), "loss_history")
        assert_rejects(
            lambda: train(solution, Script(rng, 12), optimizer="steepest", epochs=1),
            ("optimizer", "update"),
            "steepest",
        )
