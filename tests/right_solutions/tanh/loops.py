import math

import numpy as np


class Tanh:
    def forward(self, x):
        self.remembered = []
        out = np.zeros_like(x, order="C")
        flat_in, flat_out = x.reshape(-1), out.reshape(-1)
        for i in range(flat_in.size):
            value = math.tanh(flat_in[i])
            self.remembered.append(value)
            flat_out[i] = value
        return out

    def backward(self, d_out):
        d_x = np.zeros_like(d_out, order="C")
        flat_in, flat_out = d_out.reshape(-1), d_x.reshape(-1)
        for i, value in enumerate(self.remembered):
            flat_out[i] = flat_in[i] * (1 - value * value)
        return d_x
