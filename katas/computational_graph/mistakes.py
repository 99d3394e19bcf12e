"""The mistakes bank of computational-graph."""

from __future__ import annotations

import numpy as np

from reference.computational_graph import AddLayer, MulLayer


class MulNotSwapped(MulLayer):
    """The product returns d_out * x for x and d_out * y for y: the factors are not swapped.

    The slope of x * y with respect to x is y, the other factor. Remembering the inputs in their order
    and multiplying them back in the same order is the usual slip.
    """

    def backward(self, d_out: float | np.ndarray) -> tuple[float | np.ndarray, float | np.ndarray]:
        return d_out * self._x, d_out * self._y


class MulForgetsUpstream(MulLayer):
    """The product returns its local slopes and forgets d_out.

    As the last node of a graph, where d_out is 1, it is right. Everywhere else the chain is broken.
    """

    def backward(self, d_out: float | np.ndarray) -> tuple[float | np.ndarray, float | np.ndarray]:
        return self._y, self._x


class MulTimesOutput(MulLayer):
    """Both gradients of the product are d_out times the output.

    The output already contains the variable itself. Its slope is the output divided by that variable,
    which is the other factor.
    """

    def backward(self, d_out: float | np.ndarray) -> tuple[float | np.ndarray, float | np.ndarray]:
        d_both = d_out * (self._x * self._y)
        return d_both, d_both


class MulPassesThrough(MulLayer):
    """The product hands d_out on to both sides, as the sum does.

    Copied from the other node. A product scales the gradient by the other factor.
    """

    def backward(self, d_out: float | np.ndarray) -> tuple[float | np.ndarray, float | np.ndarray]:
        return d_out, d_out


class MulSecondUnscaled(MulLayer):
    """The second gradient of the product lacks d_out.

    `d_x = d_out * y; d_y = x`: the second line was written in a hurry. Each of the two paths goes
    through the same node, and needs the same factor.
    """

    def backward(self, d_out: float | np.ndarray) -> tuple[float | np.ndarray, float | np.ndarray]:
        return d_out * self._y, self._x


class MulDivides(MulLayer):
    """The product divides by the other factor on its way back.

    Backward is not the inverse of forward. It does not undo the multiplication; it asks how strongly
    the output reacts to each input.
    """

    def backward(self, d_out: float | np.ndarray) -> tuple[float | np.ndarray, float | np.ndarray]:
        return d_out / self._y, d_out / self._x


class MulMatrixProduct(MulLayer):
    """Arrays are multiplied as matrices.

    `np.dot` of two numbers is their product, so the shopping bill comes out right. For arrays this
    node works element by element.
    """

    def forward(self, x: float | np.ndarray, y: float | np.ndarray) -> float | np.ndarray:
        self._x, self._y = x, y
        return np.dot(x, y)


class MulSumsArrays(MulLayer):
    """The gradients of arrays are summed to one number.

    Sums belong where one value was used several times. Element by element every input was used once,
    and its gradient has its shape.
    """

    def backward(self, d_out: float | np.ndarray) -> tuple[float | np.ndarray, float | np.ndarray]:
        return np.sum(d_out * self._y), np.sum(d_out * self._x)


class MulNumbersOnly(MulLayer):
    """The inputs are converted by `float()`, so that arrays are rejected.

    Written for the shopping bill. Products and sums work on numbers and on arrays alike if they are
    left alone.
    """

    def forward(self, x: float | np.ndarray, y: float | np.ndarray) -> float | np.ndarray:
        self._x, self._y = float(x), float(y)
        return self._x * self._y


class MulArraysOnly(MulLayer):
    """The inputs have to be arrays: `x.copy()` is called on them.

    A plain number has no `copy`. The nodes take both.
    """

    def forward(self, x: float | np.ndarray, y: float | np.ndarray) -> float | np.ndarray:
        self._x, self._y = x.copy(), y.copy()  # type: ignore[union-attr]
        return self._x * self._y


class MulWholeNumbers(MulLayer):
    """The inputs are remembered as whole numbers.

    Apples come in whole numbers, and a tax of 1.1 does not: its gradient path is cut to 1.
    """

    def forward(self, x: float | np.ndarray, y: float | np.ndarray) -> float | np.ndarray:
        self._x, self._y = np.asarray(x).astype(int)[()], np.asarray(y).astype(int)[()]
        return x * y


class MulSharedState(MulLayer):
    """The inputs are remembered on the class instead of the instance.

    With one node it works. With two, the last forward overwrites what the first one remembered, and
    the apples get the gradient of the tax. `self` is where a node keeps its own numbers.
    """

    def forward(self, x: float | np.ndarray, y: float | np.ndarray) -> float | np.ndarray:
        type(self)._x, type(self)._y = x, y
        return x * y


class MulFirstCallOnly(MulLayer):
    """The inputs of the first forward are remembered, and later ones are not.

    A node is used again in every step of a training loop, and `backward` belongs to its last forward.
    """

    def forward(self, x: float | np.ndarray, y: float | np.ndarray) -> float | np.ndarray:
        if not hasattr(self, "_x"):
            self._x, self._y = x, y
        return x * y


class MulAccumulates(MulLayer):
    """The gradients are added up over calls of backward.

    Gradients do add up where one value goes into several nodes; that sum is made by whoever owns the
    value. A node returns the gradients of its own last forward.
    """

    def backward(self, d_out: float | np.ndarray) -> tuple[float | np.ndarray, float | np.ndarray]:
        self._d_x = getattr(self, "_d_x", 0.0) + d_out * self._y
        self._d_y = getattr(self, "_d_y", 0.0) + d_out * self._x
        return self._d_x, self._d_y


class MulChangesGradient(MulLayer):
    """`d_out *= y` changes the caller's array.

    With numbers it is harmless, because they cannot change. With arrays the caller's gradient is
    scaled, and the second gradient is computed from the scaled one.
    """

    def backward(self, d_out: float | np.ndarray) -> tuple[float | np.ndarray, float | np.ndarray]:
        d_y = d_out * self._x
        d_out *= self._y
        return d_out, d_y


class MulChangesInput(MulLayer):
    """`x *= y` computes the product in the memory of x.

    The caller's array changes, and what the node remembers as x is the product. Numbers are not
    affected, so the shopping bill does not show it.
    """

    def forward(self, x: float | np.ndarray, y: float | np.ndarray) -> float | np.ndarray:
        self._x, self._y = x * 1, y
        x *= y
        return x


class AddTimesInputs(AddLayer):
    """The sum scales the gradients by the inputs, as the product does.

    The slope of x + y is 1 with respect to either of them, whatever their values.
    """

    def forward(self, x: float | np.ndarray, y: float | np.ndarray) -> float | np.ndarray:
        self._x, self._y = x, y
        return x + y

    def backward(self, d_out: float | np.ndarray) -> tuple[float | np.ndarray, float | np.ndarray]:
        return d_out * self._y, d_out * self._x


class AddForgetsUpstream(AddLayer):
    """The sum returns ones and forgets d_out.

    The local slopes are 1, and they have to be multiplied by what comes from behind.
    """

    def backward(self, d_out: float | np.ndarray) -> tuple[float | np.ndarray, float | np.ndarray]:
        return d_out * 0 + 1, d_out * 0 + 1


class AddSplits(AddLayer):
    """The sum gives half of the gradient to each side.

    A gradient is not an amount that is shared out. Raising either input by one raises the sum by one, so
    each side gets all of it.
    """

    def backward(self, d_out: float | np.ndarray) -> tuple[float | np.ndarray, float | np.ndarray]:
        return d_out / 2, d_out / 2


class AddSubtracts(AddLayer):
    """The second gradient of the sum has a minus sign.

    That is the node x - y.
    """

    def backward(self, d_out: float | np.ndarray) -> tuple[float | np.ndarray, float | np.ndarray]:
        return d_out * 1, -d_out


class AddOneGradient(AddLayer):
    """The sum returns one gradient instead of two.

    Both are equal, but the caller unpacks a pair.
    """

    def backward(self, d_out: float | np.ndarray) -> float | np.ndarray:  # type: ignore[override]
        return d_out


class AddSumsArrays(AddLayer):
    """The second gradient of the sum is added up to one number, as for a bias.

    A bias is added to many samples at once, and gathers their gradients. Here both inputs have the same
    shape, and so have their gradients.
    """

    def backward(self, d_out: float | np.ndarray) -> tuple[float | np.ndarray, float | np.ndarray]:
        return d_out * 1, np.sum(d_out)


class AddChangesInput(AddLayer):
    """`x += y` computes the sum in the memory of x.

    The caller's array changes. Numbers are not affected, so the shopping bill does not show it.
    """

    def forward(self, x: float | np.ndarray, y: float | np.ndarray) -> float | np.ndarray:
        x += y
        return x


class AddMean(AddLayer):
    """The node returns the mean of its inputs instead of their sum."""

    def forward(self, x: float | np.ndarray, y: float | np.ndarray) -> float | np.ndarray:
        return (x + y) / 2


class AddJoinsArrays(AddLayer):
    """Arrays are joined end to end, as `+` does with lists.

    For numbers the result is their sum. Sums of arrays keep their shape.
    """

    def forward(self, x: float | np.ndarray, y: float | np.ndarray) -> float | np.ndarray:
        return np.concatenate([x, y]) if np.ndim(x) else x + y


class MulUsesUp(MulLayer):
    """`backward` overwrites what forward has remembered.

    It stores the gradients in the places of the inputs, so that a second backward multiplies gradients.
    What forward remembers stays as it is until the next forward.
    """

    def backward(self, d_out: float | np.ndarray) -> tuple[float | np.ndarray, float | np.ndarray]:
        self._x, self._y = d_out * self._y, d_out * self._x
        return self._x, self._y


class MulSequential(MulLayer):
    """The second gradient is computed from the first one.

    `d_out = d_out * y; d_y = d_out * x`: the name is used again, and its value is no longer what came from
    behind.
    """

    def backward(self, d_out: float | np.ndarray) -> tuple[float | np.ndarray, float | np.ndarray]:
        d_x = d_out * self._y
        return d_x, d_x * self._x


class MulAbsolute(MulLayer):
    """The slopes of the product are taken without their signs.

    Prices and numbers of apples are positive, so the shopping bill does not show it.
    """

    def backward(self, d_out: float | np.ndarray) -> tuple[float | np.ndarray, float | np.ndarray]:
        return d_out * np.abs(self._y), d_out * np.abs(self._x)


class MulByOutput(MulLayer):
    """The other factor is recovered as output / x, which fails where a factor is 0.

    It saves remembering y and costs a division: at x = 0 it is 0/0, although the gradient is simply y.
    """

    def backward(self, d_out: float | np.ndarray) -> tuple[float | np.ndarray, float | np.ndarray]:
        out = self._x * self._y
        return d_out * (np.asarray(out) / self._x), d_out * (np.asarray(out) / self._y)


class AddAccumulates(AddLayer):
    """The gradients are added up over calls of backward.

    A node returns the gradients of its own last forward. Where one value goes into several nodes, whoever
    owns the value adds them up.
    """

    def backward(self, d_out: float | np.ndarray) -> tuple[float | np.ndarray, float | np.ndarray]:
        self._sum = getattr(self, "_sum", 0.0) + d_out
        return self._sum, self._sum
