"""Tools around the layers: numerical gradients to check them with, and data to train on.

This file is provided with the exercise; a copy in a hand-in is replaced by it.
"""

import random
from pathlib import Path

import numpy as np

STEP = 1e-5
NOTHING = 1e-15


def gradient_check(layers, input_tensor, label_tensor, seed=None):
    """How far the analytic gradient with respect to the input is from the numerical one, entry by entry.

    ``layers`` ends with a loss layer, whose ``forward`` takes the labels too. The result has the input's shape: for
    each entry |analytic - numerical| / max(|analytic|, |numerical|). With a ``seed``, ``np.random`` and ``random``
    begin anew before each layer's forward pass, so that Dropout repeats its mask.
    """
    _loss(layers, input_tensor.copy(), label_tensor, seed)
    analytic = _backward(layers, label_tensor)

    def loss_at(changed):
        return _loss(layers, changed, label_tensor, seed)

    return _relative_difference(analytic, loss_at, input_tensor)


def gradient_check_weights(layers, input_tensor, label_tensor, bias):
    """The same with respect to ``layers[0].weights``, or ``layers[0].bias`` where ``bias`` is true.

    The analytic gradient is read from ``gradient_weights`` or ``gradient_bias`` after a backward pass.
    """
    name = "bias" if bias else "weights"
    value = getattr(layers[0], name)
    _loss(layers, input_tensor, label_tensor)
    _backward(layers, label_tensor)
    analytic = getattr(layers[0], "gradient_" + name)

    def loss_with(changed):
        setattr(layers[0], name, changed)
        return _loss(layers, input_tensor, label_tensor)

    try:
        return _relative_difference(analytic, loss_with, value)
    finally:
        setattr(layers[0], name, value)


def _loss(layers, tensor, label_tensor, seed=None):
    for layer in layers[:-1]:
        if seed is not None:
            np.random.seed(seed)
            random.seed(seed)
        tensor = layer.forward(tensor)
    return layers[-1].forward(tensor, label_tensor)


def _backward(layers, label_tensor):
    error_tensor = layers[-1].backward(label_tensor)
    for layer in reversed(layers[:-1]):
        error_tensor = layer.backward(error_tensor)
    return error_tensor


def _relative_difference(analytic, loss_at, value):
    difference = np.zeros_like(value)
    for index in np.ndindex(value.shape):
        numerical = (loss_at(_moved(value, index, STEP)) - loss_at(_moved(value, index, -STEP))) / (2 * STEP)
        larger = max(abs(analytic[index]), abs(numerical))
        difference[index] = abs(analytic[index] - numerical) / larger if larger >= NOTHING else 0
    return difference


def _moved(value, index, step):
    moved = value.copy()
    moved[index] += step
    return moved


def compute_bn_gradients(error_tensor, input_tensor, weights, mean, var, eps=NOTHING):
    """The gradient of batch normalization with respect to its input, for matrices: (batch, channels), as the input.

    ``mean`` and ``var`` are those of the batch; they depend on every row, and the gradient takes that into account.
    Raises ValueError where ``eps`` is larger than 1e-10.
    """
    if eps > 1e-10:
        raise ValueError(f"eps must not be larger than 1e-10, but is {eps}")
    deviation = np.sqrt(var + eps)
    normalised = (input_tensor - mean) / deviation
    error = error_tensor * weights
    parallel = normalised * np.mean(error * normalised, axis=0, keepdims=True)
    return (error - np.mean(error, axis=0, keepdims=True) - parallel) / deviation


def calculate_accuracy(results, labels):
    """The share of rows whose largest result stands where the label has its 1."""
    return np.mean(np.argmax(results, axis=1) == np.argmax(labels, axis=1))


def shuffle_data(input_tensor, label_tensor):
    """Both tensors in the same new random order (``random.shuffle``)."""
    order = list(range(len(input_tensor)))
    random.shuffle(order)
    return input_tensor[order], label_tensor[order]


class RandomData:
    """Uniform random inputs with random one-hot labels: nothing to learn, something to compute with."""

    def __init__(self, input_size, batch_size, categories):
        self.input_size = input_size
        self.batch_size = batch_size
        self.categories = categories

    def next(self):
        """(inputs, one-hot labels) of the next batch."""
        chosen = np.random.randint(0, self.categories, self.batch_size)
        return np.random.random((self.batch_size, self.input_size)), np.eye(self.categories)[chosen]

    def get_test_set(self):
        """As many samples again."""
        return self.next()


class IrisData:
    """The 150 iris flowers of Anderson (1935) and Fisher (1936): four lengths each, three species of 50.

    Lengths are divided by the largest one. Two thirds of the flowers are for training; each pass over them is in a new
    order (``np.random``). With ``random=False`` the split keeps the order of the data.
    """

    def __init__(self, batch_size, random=True):
        self.batch_size = batch_size
        inputs, labels = iris_flowers()
        if random:
            inputs, labels = shuffle_data(inputs, labels)
        split = len(inputs) * 2 // 3
        self._inputs, self._labels = inputs[:split], labels[:split]
        self._test_set = inputs[split:], labels[split:]
        self._waiting = np.empty(0, dtype=int)

    def next(self):
        """(inputs, one-hot labels) of the next batch; flowers that do not fill a last batch are left out."""
        if len(self._waiting) < self.batch_size:
            self._waiting = np.random.permutation(len(self._inputs))
        batch, self._waiting = np.split(self._waiting, [self.batch_size])
        return self._inputs[batch], self._labels[batch]

    def get_test_set(self):
        """(inputs, one-hot labels) of the flowers that are not used for training."""
        return self._test_set


class DigitData:
    """1797 handwritten digits as 8x8 images of one channel, shape (batch, 1, 8, 8), with values in [0, 1].

    Two thirds of them, chosen anew each time (``random.shuffle``), are for training; each pass over them is in a new
    order. The last batch of a pass is filled up with digits from its beginning.
    """

    def __init__(self, batch_size):
        self.batch_size = batch_size
        images, labels = shuffle_data(*handwritten_digits())
        split = len(images) * 2 // 3
        self._images, self._labels = images[:split], labels[:split]
        self._test_set = images[split:], labels[split:]
        self._waiting = np.empty(0, dtype=int)

    def next(self):
        """(images, one-hot labels) of the next batch."""
        if len(self._waiting) == 0:
            order = np.random.permutation(len(self._images))
            self._waiting = np.resize(order, -(-len(order) // self.batch_size) * self.batch_size)
        batch, self._waiting = np.split(self._waiting, [self.batch_size])
        return self._images[batch], self._labels[batch]

    def get_test_set(self):
        """(images, one-hot labels) of the digits that are not used for training."""
        return self._test_set


def handwritten_digits():
    """(images, one-hot labels) of E. Alpaydin and C. Kaynak, Optical Recognition of Handwritten Digits (1998).

    The test set of the UCI Machine Learning Repository, https://doi.org/10.24432/C50P49, CC BY 4.0: each of the 8x8
    pixels counts the dark ones among 4x4 of a larger scan.
    """
    with np.load(Path(__file__).with_name("digits.npz")) as stored:
        images, labels = stored["images"], stored["labels"]
    return images[:, np.newaxis] / 16, np.eye(10)[labels]


def iris_flowers():
    tenths = np.array([[int(row[i : i + 2]) for i in range(0, 8, 2)] for row in _IRIS.split()])
    species = np.repeat(np.arange(3), 50)
    return tenths / tenths.max(), np.eye(3)[species]


# Sepal length and width, petal length and width, in millimetres: two digits each, eight for a flower. The first fifty
# are Iris setosa, then Iris versicolor, then Iris virginica.
_IRIS = """
    51351402 49301402 47321302 46311502 50361402 54391704 46341403 50341502 44291402 49311501
    54371502 48341602 48301401 43301101 58401202 57441504 54391304 51351403 57381703 51381503
    54341702 51371504 46361002 51331705 48341902 50301602 50341604 52351502 52341402 47321602
    48311602 54341504 52411501 55421402 49311502 50321202 55351302 49361401 44301302 51341502
    50351303 45231303 44321302 50351606 51381904 48301403 51381602 46321402 53371502 50331402
    70324714 64324515 69314915 55234013 65284615 57284513 63334716 49243310 66294613 52273914
    50203510 59304215 60224010 61294714 56293613 67314414 56304515 58274110 62224515 56253911
    59324818 61284013 63254915 61284712 64294313 66304414 68284814 67305017 60294515 57263510
    55243811 55243710 58273912 60275116 54304515 60344516 67314715 63234413 56304113 55254013
    55264412 61304614 58264012 50233310 56274213 57304212 57294213 62294313 51253011 57284113
    63336025 58275119 71305921 63295618 65305822 76306621 49254517 73296318 67255818 72366125
    65325120 64275319 68305521 57255020 58285124 64325323 65305518 77386722 77266923 60225015
    69325723 56284920 77286720 63274918 67335721 72326018 62284818 61304918 64285621 72305816
    74286119 79386420 64285622 63285115 61265614 77306123 63345624 64315518 60304818 69315421
    67315624 69315123 58275119 68325923 67335725 67305223 63255019 65305220 62345423 59305118
"""
