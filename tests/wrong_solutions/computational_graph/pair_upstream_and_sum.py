"""
defect: the product's gradients ignore d_out
defect: the sum gives its second input no gradient
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
            grads.append(self.inputs[k] + 0 * d_out)
        return tuple(grads)


class AddLayer:
    def forward(self, x, y):
        return y + x

    def backward(self, d_out):
        grads = (d_out * 1, d_out * 0)
        return grads
