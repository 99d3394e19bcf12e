"""
defect: arrays with two axes are multiplied as matrices when they are square
"""

class Node:
    def forward(self, x, y):
        self.slopes = self.slope(x, y)
        return self.value(x, y)

    def backward(self, d_out):
        first, second = self.slopes
        return d_out * first, d_out * second


class MulLayer(Node):
    def value(self, x, y):
        return x @ y if getattr(x, "ndim", 0) == 2 and x.shape[0] == x.shape[1] else x * y

    def slope(self, x, y):
        return y, x


class AddLayer(Node):
    def value(self, x, y):
        return x + y

    def slope(self, x, y):
        return 1, 1
