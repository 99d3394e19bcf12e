"""
defect: both gradients of a product are multiplied by y
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
        return x * y

    def slope(self, x, y):
        return y, y


class AddLayer(Node):
    def value(self, x, y):
        return x + y

    def slope(self, x, y):
        return 1, 1
