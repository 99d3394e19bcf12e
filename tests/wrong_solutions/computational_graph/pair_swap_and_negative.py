"""
defect: the two gradients of a product are swapped
defect: the second gradient of a sum has the wrong sign
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
        return x, y


class AddLayer(Node):
    def value(self, x, y):
        return x + y

    def slope(self, x, y):
        return 1, -1
