"""
defect: numbers are cut to integers in the product: the tax of 1.1 becomes 1 in the gradient
"""

class MulLayer:
    def __init__(self):
        self.inputs = []

    def forward(self, x, y):
        self.inputs = [x, y]
        return y * x

    def backward(self, d_out):
        grads = []
        for k in (1, 0):
            v = self.inputs[k]
            grads.append((int(v) if isinstance(v, float) else v) * d_out)
        return tuple(grads)


class AddLayer:
    def forward(self, x, y):
        return y + x

    def backward(self, d_out):
        grads = (d_out * 1, d_out * 1)
        return grads
