"""
defect: the sum writes its second gradient into d_out
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
        g = d_out * 1
        if hasattr(d_out, "fill"):
            d_out *= 0
        return g, g * 1
