"""
defect: gradients add up over several backward calls of one node
"""

class Node:
    def forward(self, x, y):
        self.slopes = self.slope(x, y)
        return self.value(x, y)

    def backward(self, d_out):
        first, second = self.slopes
        one, two = getattr(self, "total", (0, 0))
        self.total = one + d_out * first, two + d_out * second
        return self.total


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
