"""
defect: the inputs are appended and read from the front, so a second forward is ignored in backward
"""

class MulLayer:
    def __init__(self):
        self.inputs = []

    def forward(self, x, y):
        self.inputs += [x, y]
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
        grads = (d_out * 1, d_out * 1)
        return grads
