"""The references against numbers worked out by hand, their own numerical gradients, and implementations of somebody else.

The numbers are small enough to follow with pencil and paper; where a line of working helps, it stands beside them.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from harness.judge import gradcheck
from reference import (
    adam,
    affine,
    avgpool,
    batchnorm,
    batchnorm1d,
    computational_graph,
    conv2d,
    cross_entropy,
    dropout,
    flatten,
    fully_connected_net,
    gradient_descent,
    im2col,
    linear,
    maxpool,
    momentum,
    mse,
    numerical_gradient,
    relu,
    rmsprop,
    sandwich,
    sgd,
    sigmoid,
    softmax,
    step,
    tanh,
    trainer,
    two_layer_net,
)

RIGHT_SOLUTIONS = Path(__file__).with_name("right_solutions")


def close(got: Any, expected: Any) -> None:
    np.testing.assert_allclose(got, expected, rtol=1e-12, atol=1e-14)


def with_parameters(layer: Any, **values: Any) -> Any:
    for name, value in values.items():
        setattr(layer, name, np.array(value, dtype=float))
    return layer


# by hand


def test_linear() -> None:
    layer = with_parameters(linear.Linear(2, 2), weight=[[1, 2], [3, 4]], bias=[10, 20])
    close(layer.forward(np.array([[1.0, 1.0], [2.0, 0.0]])), [[14, 26], [12, 24]])
    d_x, d_weight, d_bias = layer.backward(np.array([[1.0, 0.0], [0.0, 1.0]]))
    close(d_x, [[1, 3], [2, 4]])
    close(d_weight, [[1, 2], [1, 0]])
    close(d_bias, [1, 1])


def test_affine() -> None:
    layer = with_parameters(affine.Affine(4, 1), weight=[[1], [2], [3], [4]], bias=[5])
    close(layer.forward(np.array([[[1.0, 2.0], [3.0, 4.0]]])), [[35]])  # 1 + 4 + 9 + 16 + 5
    d_x, d_weight, d_bias = layer.backward(np.array([[2.0]]))
    close(d_x, [[[2, 4], [6, 8]]])
    close(d_weight, [[2], [4], [6], [8]])
    close(d_bias, [2])


def test_relu() -> None:
    layer = relu.ReLU()
    close(layer.forward(np.array([-2.0, 0.0, 3.0])), [0, 0, 3])
    close(layer.backward(np.array([5.0, 6.0, 7.0])), [0, 0, 7])


def test_sigmoid() -> None:
    layer = sigmoid.Sigmoid()
    close(layer.forward(np.array([0.0, np.log(3.0), -1000.0, 1000.0])), [0.5, 0.75, 0, 1])
    close(layer.backward(np.array([4.0, 16.0, 1.0, 1.0])), [1, 3, 0, 0])  # s(1 - s) = 1/4 and 3/16


def test_tanh() -> None:
    layer = tanh.Tanh()
    close(layer.forward(np.array([0.0, np.log(2.0), -1000.0])), [0, 0.6, -1])  # (2 - 1/2) / (2 + 1/2)
    close(layer.backward(np.array([3.0, 100.0, 1.0])), [3, 64, 0])


def test_softmax() -> None:
    layer = softmax.Softmax()
    close(layer.forward(np.log(np.array([[1.0, 3.0]]))), [[0.25, 0.75]])
    close(layer.backward(np.array([[16.0, 0.0]])), [[3, -3]])  # s_i (d_i - sum s_j d_j) = 1/4 (16 - 4)


def test_step() -> None:
    got = step.step(np.array([-1.0, 0.0, 0.5]))
    assert got.dtype.kind == "i"
    assert got.tolist() == [0, 0, 1]


def test_flatten() -> None:
    layer = flatten.Flatten()
    x = np.arange(12.0).reshape(1, 2, 3, 2)
    close(layer.forward(x), [np.arange(12.0)])
    close(layer.backward(x.reshape(1, 12)), x)


def test_dropout() -> None:
    layer = dropout.Dropout(0.75, rng=np.random.default_rng(0))
    out = layer.forward(np.ones((50, 50)))
    assert set(np.unique(out)) == {0.0, 4.0}
    close(layer.backward(np.full((50, 50), 2.0)), 2 * out)
    close(layer.forward(np.ones(3), training=False), np.ones(3))
    close(layer.backward(np.array([1.0, 2.0, 3.0])), [1, 2, 3])


def test_im2col() -> None:
    x = np.arange(9.0).reshape(1, 1, 3, 3)
    columns = im2col.im2col(x, 2)
    close(columns, [[[0, 1, 3, 4], [1, 2, 4, 5], [3, 4, 6, 7], [4, 5, 7, 8]]])
    close(im2col.col2im(np.ones_like(columns), x.shape, 2), [[[[1, 2, 1], [2, 4, 2], [1, 2, 1]]]])
    assert im2col.im2col(x, (2, 3), stride=2, padding=1).shape == (1, 6, 4)


def test_conv2d() -> None:
    layer = with_parameters(conv2d.Conv2d(1, 1, 2), weight=[[[[1, 2], [3, 4]]]], bias=[100])
    x = np.array([[[[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]]]])
    close(layer.forward(x), [[[[105, 103], [102, 105]]]])
    d_x, d_weight, d_bias = layer.backward(np.array([[[[1.0, 0.0], [0.0, 10.0]]]]))
    close(d_x, [[[[1, 2, 0], [3, 14, 20], [0, 30, 40]]]])
    close(d_weight, [[[[11, 0], [0, 11]]]])
    close(d_bias, [11])


def test_maxpool() -> None:
    layer = maxpool.MaxPool2d(2, stride=1)
    close(layer.forward(np.array([[[[1.0, 5.0, 5.0], [2.0, 0.0, 3.0]]]])), [[[[5, 5]]]])
    close(layer.backward(np.array([[[[1.0, 10.0]]]])), [[[[0, 11, 0], [0, 0, 0]]]])  # the first maximum takes all


def test_avgpool() -> None:
    layer = avgpool.AvgPool2d(2, stride=1)
    close(layer.forward(np.array([[[[1.0, 5.0, 5.0], [2.0, 0.0, 3.0]]]])), [[[[2, 3.25]]]])
    close(layer.backward(np.array([[[[4.0, 8.0]]]])), [[[[1, 3, 2], [1, 3, 2]]]])


def test_batchnorm() -> None:
    layer = with_parameters(batchnorm.BatchNorm2d(1, eps=0.0, momentum=0.5), gamma=[2], beta=[10])
    x = np.array([[[[1.0, 3.0]]], [[[1.0, 3.0]]]])  # mean 2, variance 1 (unbiased 4/3)
    close(layer.forward(x), [[[[8, 12]]], [[[8, 12]]]])
    close(layer.running_mean, [1])
    close(layer.running_var, [0.5 + 0.5 * 4 / 3])
    d_x, d_gamma, d_beta = layer.backward(np.array([[[[1.0, 0.0]]], [[[0.0, 0.0]]]]))
    close(d_gamma, [-1])
    close(d_beta, [1])
    close(d_x, [[[[1, 0]]], [[[-1, 0]]]])  # 2 (d - 1/4 + x_hat/4), with x_hat = -1, 1, -1, 1
    close(layer.forward(np.full((1, 1, 1, 1), 1.0), training=False), [[[[10]]]])


def test_batchnorm1d() -> None:
    layer = with_parameters(batchnorm1d.BatchNorm1d(1, eps=0.0, momentum=0.5), gamma=[2], beta=[10])
    close(layer.forward(np.array([[1.0], [3.0], [1.0], [3.0]])), [[8], [12], [8], [12]])
    close(layer.running_mean, [1])
    close(layer.running_var, [0.5 + 0.5 * 4 / 3])
    d_x, d_gamma, d_beta = layer.backward(np.array([[1.0], [0.0], [0.0], [0.0]]))
    close(d_x, [[1], [0], [-1], [0]])
    close(d_gamma, [-1])
    close(d_beta, [1])


def test_cross_entropy() -> None:
    loss = cross_entropy.CrossEntropyLoss()
    logits = np.log(np.array([[1.0, 3.0], [1.0, 1.0]]))
    close(loss.forward(logits, np.array([0, 1])), (np.log(4) + np.log(2)) / 2)
    close(loss.backward(), np.array([[-0.75, 0.75], [0.5, -0.5]]) / 2)
    close(loss.forward(logits, np.array([[0.5, 0.5], [1.0, 0.0]])), (np.log(4) - np.log(3) / 2 + np.log(2)) / 2)
    close(loss.forward(np.array([[1e4, -1e4]]), np.array([1])), 2e4)


def test_mse() -> None:
    loss = mse.MSELoss()
    close(loss.forward(np.array([[1.0, 2.0]]), np.array([[3.0, 5.0]])), (4 + 9) / 2)
    close(loss.backward(), [[-2, -3]])


def test_computational_graph() -> None:
    apples, tax = computational_graph.MulLayer(), computational_graph.MulLayer()
    close(tax.forward(apples.forward(100, 2), 1.1), 220)
    d_price, d_tax = tax.backward(1)
    close((*apples.backward(d_price), d_tax), (2.2, 110, 200))
    add = computational_graph.AddLayer()
    close(add.forward(200, 450), 650)
    close(add.backward(1.1), (1.1, 1.1))


def test_sgd() -> None:
    p = np.array([1.0])
    optimiser = sgd.SGD([p], lr=1.0, momentum=0.125)
    optimiser.step([np.array([2.0])])  # v = 2
    close(p, [-1])
    optimiser.step([np.array([2.0])])  # v = 2.25
    close(p, [-3.25])


def test_momentum() -> None:
    p = np.array([1.0])
    optimiser = momentum.Momentum([p], lr=0.5, momentum=0.75)
    optimiser.step([np.array([1.0])])  # v = 1
    close(p, [0.5])
    optimiser.step([np.array([2.0])])  # v = 2.75
    close(p, [-0.875])


def test_rmsprop() -> None:
    p = np.array([1.0])
    rmsprop.RMSprop([p], lr=0.5, alpha=0.75, eps=1.0).step([np.array([4.0])])
    close(p, [1 - 0.5 * 4 / (2 + 1)])  # mean square 16/4, root 2


def test_adam() -> None:
    p = np.array([1.0])
    optimiser = adam.Adam([p], lr=0.3, betas=(0.5, 0.75), eps=1.0)
    optimiser.step([np.array([2.0])])  # corrected: m = 2, v = 4
    close(p, [1 - 0.3 * 2 / 3])
    optimiser.step([np.array([0.0])])  # m = 0.5 / 0.75, v = 0.75 / 0.4375
    close(p, [0.8 - 0.3 * (2 / 3) / (np.sqrt(12 / 7) + 1)])


def test_numerical_gradient() -> None:
    x = np.array([[3, -1]])
    np.testing.assert_allclose(
        numerical_gradient.numerical_gradient(lambda v: float(v[0, 0] ** 2 + v[0, 1]), x), [[6, 1]], rtol=1e-8
    )


def test_gradient_descent() -> None:
    got = gradient_descent.gradient_descent(lambda v: float(v[0] ** 2), np.array([8.0]), lr=0.25, steps=3)
    np.testing.assert_allclose(got, [1.0], rtol=1e-7)  # halves at each step


def test_two_layer_net() -> None:
    net = two_layer_net.TwoLayerNet(2, 1, 2)
    for name, value in {"W1": [[0.0], [0.0]], "b1": [0.0], "W2": [[0.0, 0.0]], "b2": [0.0, np.log(3.0)]}.items():
        net.params[name][...] = value
    x = np.array([[1.0, 2.0]])
    close(net.predict(x), [[0.25, 0.75]])
    close(net.loss(x, np.array([0])), np.log(4))
    close(net.accuracy(x, np.array([1])), 1)
    gradient = net.gradient(x, np.array([0]))
    close(gradient["b2"], [-0.75, 0.75])
    close(gradient["W2"], [[-0.375, 0.375]])  # the hidden unit is sigmoid(0) = 1/2
    close(gradient["W1"], [[0], [0]])


def test_sandwich() -> None:
    x, w, b = np.array([[1.0, -2.0]]), np.array([[3.0, 1.0], [1.0, 1.0]]), np.array([0.0, 0.0])
    out, cache = sandwich.affine_relu_forward(x, w, b)
    close(out, [[1, 0]])
    d_x, d_w, d_b = sandwich.affine_relu_backward(np.array([[10.0, 10.0]]), cache)
    close(d_x, [[30, 10]])
    close(d_w, [[10, 0], [-20, 0]])
    close(d_b, [10, 0])


def test_fully_connected_net() -> None:
    net = fully_connected_net.FullyConnectedNet(1, [1], 2, reg=2.0)
    for name, value in {"W1": [[2.0]], "b1": [1.0], "W2": [[0.0, 0.0]], "b2": [0.0, np.log(3.0)]}.items():
        net.params[name][...] = value
    x = np.array([[1.0]])  # the hidden unit is 3
    close(net.predict(x), [[0, np.log(3)]])
    loss, gradients = net.loss(x, np.array([0]))
    close(loss, np.log(4) + 4)  # 0.5 * 2 * (2*2)
    close(gradients["W2"], [[-2.25, 2.25]])
    close(gradients["W1"], [[4]])
    close(gradients["b2"], [-0.75, 0.75])


def test_trainer() -> None:
    class Constant:
        """A model with one number, whose gradient is always 1."""

        def __init__(self) -> None:
            self.params = {"w": np.array([0.0])}

        def predict(self, x: np.ndarray) -> np.ndarray:
            return np.tile([0.0, 1.0], (len(x), 1))

        def loss(self, x: np.ndarray, t: np.ndarray) -> tuple[float, dict[str, np.ndarray]]:
            return float(self.params["w"][0]), {"w": np.array([1.0])}

    model = Constant()
    x, t = np.zeros((3, 1)), np.array([1, 1, 0])
    data = {"x_train": x, "t_train": t, "x_val": x, "t_val": t}
    fit = trainer.Trainer(model, data, lr=1.0, lr_decay=0.5, batch_size=2, epochs=2)
    fit.train()
    close(fit.loss_history, [0, -1, -2, -2.5])  # two steps an epoch, the second epoch with lr 0.5
    close(model.params["w"], [-3])
    close(fit.val_accuracy[-1], 2 / 3)


# their own numerical gradients

RNG_SEED = 3


def spread(rng: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
    """Distinct values 0.05 apart in random order, none nearer than 0.02 to zero: away from every kink."""
    size = int(np.prod(shape))
    return (rng.permutation(size).reshape(shape) - size / 2 + 0.5) * 0.05


LAYERS: dict[str, tuple[Callable[[], Any], tuple[int, ...], tuple[str, ...]]] = {
    "linear": (lambda: linear.Linear(4, 3), (5, 4), ("weight", "bias")),
    "affine": (lambda: affine.Affine(12, 3), (2, 3, 4), ("weight", "bias")),
    "relu": (relu.ReLU, (3, 4), ()),
    "sigmoid": (sigmoid.Sigmoid, (3, 4), ()),
    "tanh": (tanh.Tanh, (3, 4), ()),
    "softmax": (softmax.Softmax, (2, 3, 4), ()),
    "flatten": (flatten.Flatten, (2, 3, 4), ()),
    "conv2d": (lambda: conv2d.Conv2d(2, 3, (3, 2), stride=2, padding=1), (2, 2, 5, 6), ("weight", "bias")),
    "maxpool": (lambda: maxpool.MaxPool2d(3, stride=2), (2, 2, 5, 7), ()),
    "avgpool": (lambda: avgpool.AvgPool2d(3, stride=2), (2, 2, 5, 7), ()),
    "batchnorm": (lambda: batchnorm.BatchNorm2d(3, eps=0.01), (2, 3, 4, 2), ("gamma", "beta")),
    "batchnorm1d": (lambda: batchnorm1d.BatchNorm1d(3, eps=0.01), (6, 3), ("gamma", "beta")),
}


@pytest.mark.parametrize("name", LAYERS)
def test_layer_is_the_derivative_of_its_forward(name: str) -> None:
    make, shape, parameters = LAYERS[name]
    rng = np.random.default_rng(RNG_SEED)
    layer, x = make(), spread(rng, shape)

    def gradient(index: int) -> Callable[[np.ndarray], np.ndarray]:
        def backward(d_out: np.ndarray) -> np.ndarray:
            layer.forward(x)
            result = layer.backward(d_out)
            return np.asarray(result[index] if parameters else result)

        return backward

    assert gradcheck.find_disagreement(layer.forward, gradient(0), x, rng) is None
    for index, parameter in enumerate(parameters, start=1):
        start = np.array(getattr(layer, parameter))

        def forward(value: np.ndarray, parameter: str = parameter) -> np.ndarray:
            setattr(layer, parameter, value)
            return np.asarray(layer.forward(x))

        def backward(
            d_out: np.ndarray, index: int = index, parameter: str = parameter, start: np.ndarray = start
        ) -> np.ndarray:
            setattr(layer, parameter, start)
            return gradient(index)(d_out)

        assert gradcheck.find_disagreement(forward, backward, start, rng) is None
        setattr(layer, parameter, start)


# implementations of somebody else


def right_solution(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"other_{path.parent.name}_{path.stem}", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("name", LAYERS)
def test_layer_agrees_with_every_independent_implementation(name: str) -> None:
    make, shape, parameters = LAYERS[name]
    rng = np.random.default_rng(RNG_SEED)
    ours, x = make(), spread(rng, shape)
    expected = ours.forward(x)
    d_out = rng.normal(size=expected.shape)
    gradients = ours.backward(d_out)
    arguments = {
        "linear": (4, 3),
        "affine": (12, 3),
        "conv2d": (2, 3, (3, 2), 2, 1),
        "maxpool": (3, 2),
        "avgpool": (3, 2),
        "batchnorm": (3, 0.01),
        "batchnorm1d": (3, 0.01),
    }.get(name, ())
    paths = sorted((RIGHT_SOLUTIONS / name).glob("*.py"))
    assert len(paths) >= 4
    for path in paths:
        theirs = getattr(right_solution(path), type(ours).__name__)(*arguments)
        for parameter in parameters:
            setattr(theirs, parameter, getattr(ours, parameter).copy())
        close(theirs.forward(x), expected)
        got = theirs.backward(d_out)
        for one, other in zip(got if parameters else [got], gradients if parameters else [gradients], strict=True):
            np.testing.assert_allclose(one, other, rtol=1e-9, atol=1e-11)
