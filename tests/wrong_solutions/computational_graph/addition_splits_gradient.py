"""
defect: each input of a sum gets half of the gradient
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
            grads.append(self.inputs[k] * d_out)
        return tuple(grads)


class AddLayer:
    def forward(self, x, y):
        return y + x

    def backward(self, d_out):
        grads = (d_out / 2, d_out / 2)
        return grads
