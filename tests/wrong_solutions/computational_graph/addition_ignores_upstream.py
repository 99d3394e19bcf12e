"""
defect: the gradients of a sum are 1 whatever d_out is
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
        return y, x


class AddLayer(Node):
    def value(self, x, y):
        return x + y

    def slope(self, x, y):
        return 1, 1

    def backward(self, d_out):
        return d_out * 0 + 1, d_out * 0 + 1
