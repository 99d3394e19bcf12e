"""
defect: the inputs of the product are kept on the class, so nodes overwrite each other's
"""

class MulLayer:
    inputs = []

    def forward(self, x, y):
        MulLayer.inputs = [x, y]
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
