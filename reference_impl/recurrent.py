"""A recurrent layer reads a sequence, one time after another, and keeps a hidden state from each time to the next.

The batch axis IS the time axis here: x is ONE sequence of T times, (T, N), and y is (T, M). The gradient runs back
through all times of one ``forward`` (backpropagation through time). With ``memorize`` the next ``forward`` begins with
the hidden state in which this one ended, but the gradient still stops where its own sequence begins: truncated
backpropagation through time (Goodfellow et al. 2016, section 10.2.2; Williams and Peng 1990).

What does not depend on the time before is done for all times at once; the loop over T holds only what does.
"""

from __future__ import annotations

import numpy as np

from reference_impl.activations import sigmoid
from reference_impl.initializers import Initializer
from reference_impl.layers import Layer, affine_weights, with_ones
from reference_impl.tensor import Tensor


class Recurrent(Layer):
    """What every recurrent layer shares: where its weights lie, and the affine map y_t = [h_t, 1] V that ends it.

    ``params["weights"]``, (N+H+1, gates H), makes the hidden state from [x_t, h_t-1, 1]: first the rows for the input,
    then those for the hidden state, the LAST row is the bias. ``params["output_weights"]`` is V, (H+1, M).
    """

    gates = 1
    memorize = False
    _x: Tensor

    def __init__(self, inputs: int, hidden: int, outputs: int, rng: np.random.Generator) -> None:
        super().__init__()
        self.inputs = inputs
        self.hidden = hidden
        self.params["weights"] = rng.random((inputs + hidden + 1, self.gates * hidden))  # (N+H+1, gates H)
        self.params["output_weights"] = rng.random((hidden + 1, outputs))  # (H+1, M)
        self.forget()

    def forget(self) -> None:
        """Begin the next sequence with a state of zeros."""
        self._state = np.zeros(self.hidden)  # (H,)

    def initialize(self, weights: Initializer, bias: Initializer) -> None:
        """Both matrices as in a fully connected layer of their size."""
        rows, columns = self.params["weights"].shape
        outputs = self.params["output_weights"].shape[1]
        self.params["weights"] = affine_weights(rows - 1, columns, weights, bias)
        self.params["output_weights"] = affine_weights(self.hidden, outputs, weights, bias)

    def _split(self) -> tuple[Tensor, Tensor, Tensor]:
        """The weights of the input (N, gates H), of the hidden state (H, gates H), and the bias (gates H,)."""
        weights, n = self.params["weights"], self.inputs
        return weights[:n], weights[n:-1], weights[-1]

    def _output(self, h: Tensor) -> Tensor:
        """y_t = [h_t, 1] V from the hidden states h_0 ... h_T: (T+1, H) -> (T, M)."""
        self._h = h
        return with_ones(h[1:]) @ self.params["output_weights"]

    def _output_backward(self, dy: Tensor) -> Tensor:
        """dL/dV, and dL/dh_t as far as it comes through y_t: (T, M) -> (T, H)."""
        self.grads["output_weights"] = with_ones(self._h[1:]).T @ dy  # (H+1, M)
        return dy @ self.params["output_weights"][:-1].T

    def _input_backward(self, da: Tensor) -> Tensor:
        """From da = dL/da, the gradient at what the weights make of [x_t, h_t-1, 1]: dL/dW, and dL/dx: (T, N)."""
        self.grads["weights"] = with_ones(np.hstack([self._x, self._h[:-1]])).T @ da  # (N+H+1, gates H)
        return da @ self._split()[0].T


class RNN(Recurrent):
    """h_t = tanh(x_t W_x + h_t-1 W_h + b), y_t = h_t V + c: the network of Elman (1990), as Goodfellow et al. 2016
    give it (eq. 10.8 to 10.10). y has no activation; append a layer for one."""

    def forward(self, x: Tensor) -> Tensor:
        """h_0 is zeros, or with ``memorize`` the last state of the sequence before."""
        if not self.memorize:
            self.forget()
        w_x, w_h, b = self._split()
        a = x @ w_x + b  # (T, H)
        h = np.empty((len(x) + 1, self.hidden))  # (T+1, H): h_0 ... h_T
        h[0] = self._state
        for t in range(len(x)):
            h[t + 1] = np.tanh(a[t] + h[t] @ w_h)
        self._x, self._state = x, h[-1]
        return self._output(h)  # (T, M)

    def backward(self, dy: Tensor) -> Tensor:
        """With a_t = x_t W_x + h_t-1 W_h + b: dL/da_t = (1 - h_t^2) (dy_t V^T + dL/da_t+1 W_h^T), from the last time
        back to the first (Goodfellow et al. 2016, eq. 10.20, 10.21); the weights' gradient is the sum over time."""
        dh, slope = self._output_backward(dy), 1 - self._h[1:] ** 2  # (T, H), (T, H)
        w_h = self._split()[1]
        da = np.empty_like(dh)  # (T, H)
        later = np.zeros(self.hidden)  # (H,): dL/dh_t as far as it comes through time t+1
        for t in reversed(range(len(dy))):
            da[t] = (dh[t] + later) * slope[t]
            later = da[t] @ w_h.T
        return self._input_backward(da)  # (T, N)


class LSTM(Recurrent):
    """A hidden state h beside a cell c that is only ever scaled and added to, so that its gradient lasts (Hochreiter
    and Schmidhuber 1997; forget gate: Gers, Schmidhuber and Cummins 2000):

    i, f, g, o = x_t W_x + h_t-1 W_h + b, the quarters of one row; i, f, o pass a sigmoid, g a tanh;
    c_t = f c_t-1 + i g, h_t = o tanh(c_t), y_t = h_t V + c.
    """

    gates = 4

    def forget(self) -> None:
        """Begin the next sequence with a state and a cell of zeros."""
        super().forget()
        self._cell = np.zeros(self.hidden)  # (H,)

    def forward(self, x: Tensor) -> Tensor:
        """h_0 and c_0 are zeros, or with ``memorize`` the last ones of the sequence before."""
        if not self.memorize:
            self.forget()
        w_x, w_h, b = self._split()
        a = (x @ w_x + b).reshape(len(x), 4, -1)  # (T, 4, H)
        gates = np.empty_like(a)  # (T, 4, H): i, f, g, o
        h, c = np.empty((2, len(x) + 1, self.hidden))  # (T+1, H) each: h_0 ... h_T, c_0 ... c_T
        h[0], c[0] = self._state, self._cell
        for t in range(len(x)):
            a_i, a_f, a_g, a_o = a[t] + (h[t] @ w_h).reshape(4, -1)  # (H,) each
            gates[t] = i, f, g, o = sigmoid(a_i), sigmoid(a_f), np.tanh(a_g), sigmoid(a_o)
            c[t + 1] = f * c[t] + i * g
            h[t + 1] = o * np.tanh(c[t + 1])
        self._x, self._state, self._cell = x, h[-1], c[-1]
        self._gates, self._c = gates, c
        return self._output(h)  # (T, M)

    def backward(self, dy: Tensor) -> Tensor:
        """dL/dh_t = dy_t V^T + dL/da_t+1 W_h^T as in the RNN, dL/dc_t = dL/dh_t o (1 - tanh(c_t)^2) + f_t+1 dL/dc_t+1,
        and from these two the gates' dL/da_t by the product rule."""
        dh_from_y, tanh_c = self._output_backward(dy), np.tanh(self._c[1:])  # (T, H), (T, H)
        w_h = self._split()[1]
        da = np.empty_like(self._gates)  # (T, 4, H)
        dc, later = np.zeros((2, self.hidden))  # (H,) each: what comes through time t+1
        for t in reversed(range(len(dy))):
            i, f, g, o = self._gates[t]  # (H,) each
            dh = dh_from_y[t] + later
            dc = dc + dh * o * (1 - tanh_c[t] ** 2)
            da_i, da_f, da_g = dc * g * i * (1 - i), dc * self._c[t] * f * (1 - f), dc * i * (1 - g**2)
            da[t] = da_i, da_f, da_g, dh * tanh_c[t] * o * (1 - o)
            dc = dc * f
            later = da[t].ravel() @ w_h.T
        return self._input_backward(da.reshape(len(dy), -1))  # (T, N)
