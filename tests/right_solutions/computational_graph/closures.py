"""Each forward leaves a function behind that knows the way back."""


class MulLayer:
    def __init__(self):
        self.backward = None

    def forward(self, x, y):
        self.backward = lambda d_out: [y * d_out, x * d_out]
        return y * x


class AddLayer:
    def forward(self, x, y):
        return y + x

    def backward(self, d_out):
        return [1.0 * d_out, 1.0 * d_out]
