"""Hidden tests of the kata trainer.

The model is a script: its loss and its gradient are known beforehand, and its predictions get better and worse with the
distance that its parameters have moved. So every step and every accuracy can be foretold, whatever order the samples come
in. Which rows each step got is written down.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from harness.testing import (
    LAYOUTS,
    CheckFailed,
    Errors,
    Rejection,
    RemoteObject,
    Solution,
    Watched,
    assert_close,
    assert_keys,
    by_properties,
    expect,
    fetch,
    fill,
    note,
    put,
    replace,
    stand_in,
    watches_inputs,
)

Params = dict[str, np.ndarray]
CLASSES = 3


@dataclass(frozen=True)
class Step:
    """One call of the model's `loss`: the parameters before it, and its batch."""

    params: Params
    x: np.ndarray
    t: np.ndarray


@dataclass
class Script:
    """A model and data. Column 0 of x is the sample's number; validation samples count from 1000.

    Args:
        rng: draws data, parameters, losses and gradient.
        n_train, n_val: how many samples.
        peaks: how far, in units of the gradient, the parameters must move for all answers to be correct, in training and in
            validation; beyond that it gets worse. By default they are too far away to make a difference.
    """

    rng: np.random.Generator
    n_train: int
    n_val: int = 40
    peaks: tuple[float, float] = (1e6, 1e6)
    steps: list[Step] = field(default_factory=list)

    def __post_init__(self) -> None:
        rng = self.rng
        self.start = {"W1": rng.normal(size=(2, 3)), "b1": rng.normal(size=3)}
        self.grads = {name: rng.choice([-1, 1], p.shape) * rng.uniform(1, 2, p.shape) for name, p in self.start.items()}
        self.losses = rng.uniform(0.5, 3.0, size=1000)
        numbers = {"train": np.arange(self.n_train), "val": 1000 + np.arange(self.n_val)}
        self.t = {part: rng.integers(0, CLASSES, size=len(n)) for part, n in numbers.items()}
        self.data = {f"x_{part}": np.column_stack([n, rng.normal(size=(len(n), 2))]) for part, n in numbers.items()}
        self.data |= {f"t_{part}": t for part, t in self.t.items()}

    def labels(self, x: np.ndarray) -> np.ndarray:
        """The correct classes of samples, by their numbers."""
        return np.array([self.t["val"][int(i) - 1000] if i >= 1000 else self.t["train"][int(i)] for i in x[:, 0]], dtype=int)

    def right_of(self, params: Params, part: str) -> int:
        """How many samples of one part the model gets right with these parameters: the first of them."""
        moved = float((self.start["W1"] - params["W1"])[0, 0] / self.grads["W1"][0, 0])
        distance = abs(moved - self.peaks[part == "val"])
        return round(len(self.t[part]) * float(np.clip(1.0 - 0.9 * distance / (4 + distance), 0, 1)))

    def accuracy(self, params: Params, part: str) -> float:
        """The accuracy that must be measured with these parameters."""
        return self.right_of(params, part) / len(self.t[part])

    def predict(self, model: dict[str, Any], x: np.ndarray) -> np.ndarray:
        """The model's method."""
        train, val = (self.right_of(model["params"], part) for part in ("train", "val"))
        is_wrong = x[:, 0] % 1000 >= np.where(x[:, 0] >= 1000, val, train)
        scores = np.tile(-1.0 - 0.1 * np.arange(CLASSES), (len(x), 1))
        scores[np.arange(len(x)), (self.labels(x) + is_wrong) % CLASSES] = 1.0
        return scores

    def after(self, steps: list[float]) -> Params:
        """The parameters after steps of the given learning rates."""
        return {name: start - sum(steps) * self.grads[name] for name, start in self.start.items()}

    def epochs(self, count: int, batch_size: int) -> list[list[Step]]:
        """The steps of each epoch; fails unless there are as many as there must be."""
        each = -(-self.n_train // batch_size)
        if len(self.steps) != count * each:
            told = f"{count} epochs of {self.n_train} samples in batches of {batch_size}"
            raise CheckFailed(f"{told} took {len(self.steps)} steps, expected {count * each}")
        return [self.steps[i : i + each] for i in range(0, len(self.steps), each)]


class Training:
    """A trainer of the solution's, with the model and the arrays that it was given, which stay beside the solution."""

    def __init__(self, solution: Solution, script: Script, **options: Any) -> None:
        self.script = script
        self.arrays = {name: put(solution, value) for name, value in script.start.items()}
        self.grads = {name: put(solution, value) for name, value in script.grads.items()}
        self.data = put(solution, script.data)
        self.model: RemoteObject = put(
            solution, stand_in({"params": dict(self.arrays)}, loss=self._loss, predict=script.predict)
        )
        self.trainer = solution.Trainer(self.model, self.data, **options)

    def _loss(self, model: dict[str, Any], x: np.ndarray, t: np.ndarray) -> tuple[float, dict[str, RemoteObject]]:
        self.script.steps.append(Step(model["params"], x, t))
        return float(self.script.losses[len(self.script.steps) - 1]), self.grads

    def run(self) -> Training:
        """Train; fails if there was no step."""
        self.trainer.train()
        expect(bool(self.script.steps), "train() never called model.loss")
        return self

    def history(self, name: str) -> np.ndarray:
        """A history as an array."""
        values = getattr(self.trainer, name)
        expect(isinstance(values, list | tuple | np.ndarray), f"{name} must be a list of numbers")
        return np.array([float(value) for value in values])

    def assert_history(self, name: str, expected: Any) -> None:
        """Fail unless a history holds these numbers."""
        values = self.history(name)
        assert_close(len(values), len(expected), f"the number of entries of {name}")
        assert_close(values, np.array(expected), name)

    def assert_params(self, rates: list[float], when: str) -> None:
        """Fail unless the model's parameters are those after steps of the given learning rates."""
        params = self.model.params
        for name, expected in self.script.after(rates).items():
            assert_close(params[name], expected, f"the model's {name} {when}")

    def assert_best(self, rates: list[float], when: str) -> None:
        """Fail unless `best_params` are those after steps of the given learning rates."""
        best = self.trainer.best_params
        assert_keys(best, self.script.start, "best_params")
        for name, expected in self.script.after(rates).items():
            assert_close(best[name], expected, f"best_params[{name!r}] {when}")


def train(solution: Solution, script: Script, **options: Any) -> Training:
    """What there is after `train()`."""
    return Training(solution, script, **options).run()


class TestSteps:
    def test_loss_history(self, solution: Solution, rng: np.random.Generator) -> None:
        """loss_history holds the loss of every step"""
        training = train(solution, Script(rng, 14), batch_size=4, epochs=5, lr=0.1, rng=rng)
        training.assert_history("loss_history", training.script.losses[:20])

    @pytest.mark.parametrize(
        ("n", "batch_size", "lr", "decay"),
        [(12, 4, 0.3, 1.0), (12, 4, 0.5, 0.8), (30, 8, 0.5, 0.5)],
        ids=["constant", "decaying", "decaying, uneven batches"],
    )
    def test_steps(
        self, solution: Solution, rng: np.random.Generator, n: int, batch_size: int, lr: float, decay: float
    ) -> None:
        """each step is param -= lr * gradient, and lr decays from one epoch to the next"""
        each = -(-n // batch_size)
        rates = [lr * decay ** (k // each) for k in range(4 * each)]
        for epochs in (1, 2, 4):
            script = Script(rng, n)
            training = train(solution, script, batch_size=batch_size, epochs=epochs, lr=lr, lr_decay=decay, rng=rng)
            training.assert_params(rates[: epochs * each], f"after {epochs} epochs of {each} steps")
            for k, step in enumerate(script.steps):
                for name, expected in script.after(rates[:k]).items():
                    assert_close(step.params[name], expected, f"{name} before step {k + 1}")

    def test_defaults(self, solution: Solution, rng: np.random.Generator) -> None:
        """by default lr is 0.01 and does not decay, and there are 10 epochs of batches of 100"""
        training = train(solution, Script(rng, 250, n_val=10), rng=rng)
        training.assert_params([0.01] * 30, "after 10 epochs of 250 samples in batches of 100")
        training.assert_history("loss_history", training.script.losses[:30])
        sizes = [len(step.x) for step in training.script.steps[:3]]
        expect(sizes == [100, 100, 50], f"without batch_size, the batches of 250 samples have {sizes} rows")

    @by_properties
    @pytest.mark.parametrize("batch_size", [4, 5, 1, 100], ids=["divides", "does not divide", "single rows", "larger"])
    def test_rows(self, solution: Solution, rng: np.random.Generator, batch_size: int) -> None:
        """every epoch goes once through all rows with their own targets, in batches of batch_size, the last one smaller"""
        script = Script(rng, 12)
        train(solution, script, batch_size=batch_size, epochs=6, lr=0.01, rng=rng)
        sizes = [len(step.x) for step in script.steps]
        matching = all(np.array_equal(script.labels(step.x), step.t) for step in script.steps)
        seen = len({int(number) for step in script.steps for number in step.x[:, 0]})
        missing = [
            12 - len({int(number) for step in epoch for number in step.x[:, 0]}) for epoch in script.epochs(6, batch_size)
        ]
        note(solution, sizes=sizes, matching=matching, seen=seen, missing=missing[0] if len(set(missing)) == 1 else "varies")
        expect(matching, "a batch pairs samples with the targets of others")
        for i, epoch in enumerate(script.epochs(6, batch_size), start=1):
            expected = [len(range(12)[k : k + batch_size]) for k in range(0, 12, batch_size)]
            came = [len(step.x) for step in epoch]
            expect(came == expected, f"the batches of epoch {i} have {came} rows, expected {expected}")
            rows = sorted(int(number) for step in epoch for number in step.x[:, 0])
            left_out = sorted(set(range(12)) - set(rows))
            expect(rows == list(range(12)), f"epoch {i} does not go once through all rows: {left_out} are missing")

    @by_properties
    def test_order(self, solution: Solution, rng: np.random.Generator) -> None:
        """every epoch has a new random order, and samples meet in other batches"""
        script = Script(rng, 40)
        train(solution, script, batch_size=8, epochs=4, lr=0.01, rng=rng)
        epochs = script.epochs(4, 8)
        orders = [np.concatenate([step.x[:, 0] for step in epoch]).astype(int).tolist() for epoch in epochs]
        groups = [{frozenset(step.x[:, 0]) for step in epoch} for epoch in epochs]
        neighbours = [set(pairwise(order)) for order in orders]
        pairs = [(i, j) for i in range(4) for j in range(i)]
        said = {
            "an epoch goes through the rows in the given order": any(order == sorted(order) for order in orders),
            "two epochs have the same order": any(orders[i] == orders[j] for i, j in pairs),
            "one epoch has the order of another, backwards": any(orders[i] == orders[j][::-1] for i, j in pairs),
            "two epochs are made of the same batches": any(groups[i] == groups[j] for i, j in pairs),
            # of the 39 pairs of neighbours of a random order about one is among those of another; 20 have a chance of 1e-16
            "many rows follow the same row in two epochs": any(len(neighbours[i] & neighbours[j]) > 20 for i, j in pairs),
        }
        note(solution, said=list(said.values()))
        for what, holds in said.items():
            expect(not holds, what)

    def test_in_place(self, solution: Solution, rng: np.random.Generator) -> None:
        """the arrays of params are changed in place, whatever their layout"""
        script = Script(rng, 12)
        script.start = {"W1": LAYOUTS["gapped"](script.start["W1"]), "b1": LAYOUTS["gapped"](script.start["b1"])}
        training = train(solution, script, batch_size=4, epochs=2, lr=0.7, rng=rng)
        for name, expected in script.after([0.7] * 6).items():
            now = fetch(training.arrays[name])
            if np.array_equal(now, script.start[name]):
                raise CheckFailed(f"the array that params[{name!r}] was has not changed: `param -= ...` changes it in place")
            assert_close(now, expected, f"the array that params[{name!r}] was")

    @pytest.mark.parametrize("whole", [False, True], ids=["entries", "the whole dict"])
    def test_replaced(self, solution: Solution, rng: np.random.Generator, whole: bool) -> None:
        """model.params is read at every step: what has replaced it since the trainer was made is trained"""
        script = Script(rng, 12)
        training = Training(solution, script, batch_size=4, epochs=2, lr=0.7, rng=rng)
        script.start = {name: rng.normal(size=value.shape) for name, value in script.start.items()}
        for name, value in script.start.items() if not whole else ():
            replace(training.model, ("params", name), value)
        if whole:
            training.model.params = script.start
        training.run().assert_params([0.7] * 6, "after 6 steps")


class TestEvaluation:
    @pytest.mark.parametrize("batch_size", [30, 40], ids=["even batches", "uneven batches"])
    @pytest.mark.parametrize("name", ["train_accuracy", "val_accuracy"])
    def test_accuracy(self, solution: Solution, rng: np.random.Generator, name: str, batch_size: int) -> None:
        """{name} is measured after the last step of every epoch, on all rows"""
        script = Script(rng, 90, n_val=77, peaks=(5.4, 3.4))
        training = train(solution, script, batch_size=batch_size, epochs=6, lr=0.5, rng=rng)
        expected = [script.accuracy(script.after([0.5] * (3 * k)), name.split("_")[0]) for k in range(1, 7)]
        training.assert_history(name, expected)

    @pytest.mark.parametrize("best", [2, 1, 5], ids=["second epoch", "first epoch", "last epoch"])
    def test_best_params(self, solution: Solution, rng: np.random.Generator, best: int) -> None:
        """best_params are the parameters after the epoch with the highest validation accuracy"""
        # the training accuracy is highest after epoch 3 or 4
        script = Script(rng, 30, peaks=(1.5 * (4 if best == 2 else 3) + 0.2, 1.5 * best + 0.2))
        training = train(solution, script, batch_size=10, epochs=5, lr=0.5, rng=rng)
        training.assert_best([0.5] * (3 * best), "after 5 epochs")

    def test_first_of_equals(self, solution: Solution, rng: np.random.Generator) -> None:
        """of epochs with the same validation accuracy the first counts"""
        script = Script(rng, 30)
        training = train(solution, script, batch_size=10, epochs=4, lr=0.5, rng=rng)
        training.assert_best([0.5] * 3, "after 4 epochs with the same accuracy")

    def test_nothing_right(self, solution: Solution, rng: np.random.Generator) -> None:
        """best_params are there even where every answer was wrong"""
        script = Script(rng, 30, n_val=4)
        training = train(solution, script, batch_size=10, epochs=3, lr=0.5, rng=rng)
        training.assert_history("val_accuracy", [0.0] * 3)
        training.assert_best([0.5] * 3, "after 3 epochs without a correct answer")

    def test_best_params_copied(self, solution: Solution, rng: np.random.Generator) -> None:
        """best_params stay as they are when the model is trained on"""
        script = Script(rng, 30, peaks=(1.0, 4.7))
        training = train(solution, script, batch_size=10, epochs=3, lr=0.5, rng=rng)
        for name, value in script.start.items():
            fill(training.model, ("params", name), rng.normal(size=value.shape))
        training.assert_best([0.5] * 9, "after the model's parameters have changed again")

    def test_goes_on(self, solution: Solution, rng: np.random.Generator) -> None:
        """all epochs are run, even after one that got everything right, or when it gets worse"""
        script = Script(rng, 30, peaks=(3.0, 3.0))
        training = train(solution, script, batch_size=10, epochs=9, lr=0.5, rng=rng)
        training.assert_history("loss_history", script.losses[:27])
        expected = [script.accuracy(script.after([0.5] * (3 * k)), "val") for k in range(1, 10)]
        training.assert_history("val_accuracy", expected)

    def test_learns(self, solution: Solution, rng: np.random.Generator) -> None:
        """a linear softmax classifier reaches 95 % on separable data"""
        centres = np.array([[4.0, 0.0], [-2.0, 3.5], [-2.0, -3.5]])
        t = np.arange(45) % CLASSES
        x = centres[t] + rng.uniform(-1, 1, size=(45, 2))
        data = {"x_train": x[:30], "t_train": t[:30], "x_val": x[30:], "t_val": t[30:]}

        def predict(model: dict[str, Any], x: np.ndarray) -> np.ndarray:
            return np.asarray(x @ model["params"]["W"] + model["params"]["b"])

        def loss(model: dict[str, Any], x: np.ndarray, t: np.ndarray) -> tuple[float, Params]:
            p = np.exp(predict(model, x))
            p /= p.sum(axis=1, keepdims=True)
            d_scores = (p - np.eye(CLASSES)[t]) / len(t)
            return float(-np.log(p[np.arange(len(t)), t]).mean()), {"W": x.T @ d_scores, "b": d_scores.sum(axis=0)}

        # started the wrong way round, so that the untrained model is at zero
        params = {"W": -0.3 * centres.T, "b": np.zeros(CLASSES)}
        model = put(solution, stand_in({"params": params}, loss=loss, predict=predict))
        trainer = solution.Trainer(model, put(solution, data), lr=0.3, batch_size=10, epochs=10, rng=rng)
        trainer.train()
        for name in ("train_accuracy", "val_accuracy"):
            reached = getattr(trainer, name)[-1]
            expect(bool(0.95 <= reached <= 1), f"{name} ends at {reached:.3g}, expected at least 0.95")


class TestRobustness:
    @watches_inputs
    def test_inputs_unchanged(self, solution: Solution, rng: np.random.Generator) -> None:
        """neither the data nor the gradients are changed"""
        script = Script(rng, 12)
        watched = Watched(solution)
        for name, value in script.data.items():
            script.data[name] = watched.keep(f"data[{name!r}]", value)
        training = Training(solution, script, batch_size=5, epochs=2, lr=0.1, rng=rng)
        training.grads = {name: watched.keep(f"the gradient of {name}", value) for name, value in script.grads.items()}
        training.run()
        watched.assert_unchanged("train")

    def test_data_dict(self, solution: Solution, rng: np.random.Generator) -> None:
        """the dict of the data holds the same arrays afterwards"""
        script = Script(rng, 12)
        training = train(solution, script, batch_size=5, epochs=2, rng=rng)
        now = fetch(training.data)
        assert_keys(now, script.data, "data")
        for name, value in script.data.items():
            assert_close(now[name], value, f"data[{name!r}] after training")

    @by_properties
    def test_generator(self, solution: Solution) -> None:
        """the order of the samples comes from the generator that is given"""
        orders = []
        for seed in (5, 5, 6, None, None):
            script = Script(np.random.default_rng(0), 24)
            rng = None if seed is None else np.random.default_rng(seed)
            train(solution, script, batch_size=5, epochs=2, lr=0.1, rng=rng)
            orders.append(np.concatenate([step.x[:, 0] for step in script.steps]))
        same = np.array_equal(orders[0], orders[1])
        other, fresh = (not np.array_equal(orders[i], orders[j]) for i, j in ((0, 2), (3, 4)))
        note(solution, same=same, other=other, fresh=fresh)
        expect(same, "two runs with equal generators take the samples in different orders")
        expect(other, "the order of the samples does not depend on `rng`")
        expect(fresh, "without a generator two runs take the samples in the same order")


class TestLayouts:
    @pytest.mark.parametrize("layout", list(LAYOUTS))
    def test_layouts(self, solution: Solution, rng: np.random.Generator, layout: str) -> None:
        """data in another layout give the same"""
        script = Script(rng, 12)
        script.data = {name: LAYOUTS[layout](value) for name, value in script.data.items()}
        training = train(solution, script, batch_size=5, epochs=2, lr=0.4, rng=rng)
        training.assert_params([0.4] * 6, "after 6 steps")
        expect(
            all(np.array_equal(script.labels(step.x), step.t) for step in script.steps), "samples and targets are mixed up"
        )


class TestErrors(Errors):
    rejections = (
        Rejection(
            "Trainer(...)",
            '`optimizer` is not `"sgd"`',
            lambda s, v: Training(s, Script(np.random.default_rng(0), 12), optimizer=v),
            ("steepest", "adam", "SGD", None),
            ("optimizer", "update"),
        ),
    )
