"""A test file as a course writes it: for one process, with star imports, helper classes and numerical gradients.

It knows nothing of an examiner. Run it beside a hand-in (``python -m unittest NeuralNetworkTests1``), or list it in
a suite.toml as it stands.
"""

import random
import unittest

import NeuralNetwork
import numpy as np
from Layers import *
from Optimization import *

ID = 1


class L2Loss:
    """The sum of squared differences, a loss layer of the test's own."""

    def __init__(self):
        self.input_tensor = None

    def forward(self, input_tensor, label_tensor):
        self.input_tensor = input_tensor
        return np.sum(np.square(input_tensor - label_tensor))

    def backward(self, label_tensor):
        return 2 * np.subtract(self.input_tensor, label_tensor)


def one_hot(batch_size, categories):
    """Random labels."""
    labels = np.zeros((batch_size, categories))
    labels[np.arange(batch_size), np.random.randint(0, categories, batch_size)] = 1
    return labels


class TestFullyConnected1(unittest.TestCase):
    def setUp(self):
        np.random.seed(1337)
        self.batch_size, self.input_size, self.output_size = 9, 4, 3
        self.input_tensor = np.random.rand(self.batch_size, self.input_size)
        self.categories = 4
        self.label_tensor = one_hot(self.batch_size, self.categories)

    def make(self):
        return FullyConnected.FullyConnected(self.input_size, self.output_size)

    def test_trainable(self):
        self.assertTrue(self.make().trainable)

    def test_weights_size(self):
        self.assertIn(self.make().weights.shape, ((5, 3), (3, 5)))

    def test_forward_size(self):
        output = self.make().forward(self.input_tensor)
        self.assertEqual(output.shape[1], self.output_size)
        self.assertEqual(output.shape[0], self.batch_size)

    def test_backward_size(self):
        layer = self.make()
        error = layer.backward(layer.forward(self.input_tensor))
        self.assertEqual(error.shape[1], self.input_size)
        self.assertEqual(error.shape[0], self.batch_size)

    def grow(self, input_tensor):
        layer = self.make()
        layer.optimizer = Optimizers.Sgd(1)
        for _ in range(10):
            output = layer.forward(input_tensor)
            layer.backward(np.zeros([self.batch_size, self.output_size]) - output)
            new_output = layer.forward(input_tensor)
            self.assertLess(np.sum(np.power(output, 2)), np.sum(np.power(new_output, 2)))

    def test_update(self):
        self.grow(self.input_tensor)

    def test_update_bias(self):
        self.grow(np.zeros([self.batch_size, self.input_size]))

    def test_gradient(self):
        input_tensor = np.abs(np.random.random((self.batch_size, self.input_size)))
        layers = [FullyConnected.FullyConnected(self.input_size, self.categories), L2Loss()]
        difference = Helpers.gradient_check(layers, input_tensor, self.label_tensor)
        self.assertLessEqual(np.sum(difference), 1e-5)

    def test_gradient_weights(self):
        input_tensor = np.abs(np.random.random((self.batch_size, self.input_size)))
        layers = [FullyConnected.FullyConnected(self.input_size, self.categories), L2Loss()]
        difference = Helpers.gradient_check_weights(layers, input_tensor, self.label_tensor, False)
        self.assertLessEqual(np.sum(difference), 1e-5)

    def test_bias(self):
        layer = FullyConnected.FullyConnected(100000, 1)
        self.assertGreater(np.sum(layer.forward(np.zeros((1, 100000)))), 0)


class TestReLU(unittest.TestCase):
    def setUp(self):
        self.batch_size, half = 10, 5
        row = np.concatenate([-np.ones(half), np.ones(half)])
        self.input_tensor = np.tile(row, (self.batch_size, 1))
        np.random.seed(1337)
        self.label_tensor = one_hot(self.batch_size, 2 * half)

    def test_trainable(self):
        self.assertFalse(ReLU.ReLU().trainable)

    def test_forward(self):
        expected = np.maximum(self.input_tensor, 0)
        self.assertEqual(np.sum(np.power(ReLU.ReLU().forward(self.input_tensor) - expected, 2)), 0)

    def test_backward(self):
        expected = 2.0 * (self.input_tensor > 0)
        layer = ReLU.ReLU()
        layer.forward(self.input_tensor)
        output = layer.backward(self.input_tensor * 2)
        self.assertEqual(np.sum(np.power(output - expected, 2)), 0)

    def test_gradient(self):
        input_tensor = self.input_tensor * np.random.uniform(0.1, 1, self.input_tensor.shape)
        difference = Helpers.gradient_check([ReLU.ReLU(), L2Loss()], input_tensor, self.label_tensor)
        self.assertLessEqual(np.sum(difference), 1e-5)


class TestSoftMax(unittest.TestCase):
    def setUp(self):
        np.random.seed(1337)
        self.batch_size, self.categories = 9, 4
        self.label_tensor = one_hot(self.batch_size, self.categories)

    def test_trainable(self):
        self.assertFalse(SoftMax.SoftMax().trainable)

    def test_forward_shift(self):
        output = SoftMax.SoftMax().forward(np.zeros([self.batch_size, self.categories]) + 10000.0)
        self.assertFalse(np.isnan(np.sum(output)))

    def loss_of(self, input_tensor):
        return L2Loss().forward(SoftMax.SoftMax().forward(input_tensor), self.label_tensor)

    def test_forward_zero_loss(self):
        self.assertLess(self.loss_of(self.label_tensor * 100.0), 1e-10)

    def test_regression_high_loss(self):
        self.assertAlmostEqual(float(self.loss_of((self.label_tensor - 1.0) * -100.0)), 12)

    def test_regression_forward(self):
        loss = self.loss_of(np.abs(np.random.random(self.label_tensor.shape)))
        self.assertGreater(float(loss), 0.0)

    def error_of(self, input_tensor):
        layer, loss_layer = SoftMax.SoftMax(), Loss.CrossEntropyLoss()
        loss_layer.forward(layer.forward(input_tensor), self.label_tensor)
        return layer.backward(loss_layer.backward(self.label_tensor))

    def test_backward_zero_loss(self):
        self.assertAlmostEqual(np.sum(self.error_of(self.label_tensor * 100.0)), 0)

    def test_regression_backward_high_loss_w_cross_entropy(self):
        error = self.error_of((self.label_tensor - 1) * -10.0)
        self.assertAlmostEqual(float(np.mean(error[self.label_tensor == 0])), 1 / 3, places=3)
        for element in error[self.label_tensor == 0]:
            self.assertAlmostEqual(element, 1 / 3, places=3)
        for element in error[self.label_tensor == 1]:
            self.assertAlmostEqual(element, -1, places=3)

    def test_regression_backward(self):
        layer = SoftMax.SoftMax()
        layer.forward(np.abs(np.random.random(self.label_tensor.shape)))
        error = layer.backward(self.label_tensor)
        self.assertTrue(np.all(error[self.label_tensor == 0] <= 0))
        self.assertTrue(np.all(error[self.label_tensor == 1] >= 0))

    def test_gradient(self):
        input_tensor = np.abs(np.random.random(self.label_tensor.shape))
        difference = Helpers.gradient_check([SoftMax.SoftMax(), L2Loss()], input_tensor, self.label_tensor)
        self.assertLessEqual(np.sum(difference), 1e-5)

    def test_predict(self):
        powers = np.exp(np.arange(36.0).reshape(9, 4) / 100)
        expected = powers / powers.sum(axis=1)[:, np.newaxis]
        output = SoftMax.SoftMax().forward(np.arange(36.0).reshape(9, 4) / 100.0)
        np.testing.assert_almost_equal(expected, output)


class TestCrossEntropyLoss(unittest.TestCase):
    def setUp(self):
        np.random.seed(1337)
        self.batch_size, self.categories = 9, 4
        self.label_tensor = one_hot(self.batch_size, self.categories)

    def test_gradient(self):
        input_tensor = np.random.uniform(0.1, 1, self.label_tensor.shape)
        difference = Helpers.gradient_check([Loss.CrossEntropyLoss()], input_tensor, self.label_tensor)
        self.assertLessEqual(np.sum(difference), 1e-4)

    def test_zero_loss(self):
        loss = Loss.CrossEntropyLoss().forward(self.label_tensor, self.label_tensor)
        self.assertAlmostEqual(loss, 0)

    def test_high_loss(self):
        label_tensor, prediction = np.zeros((self.batch_size, 4)), np.zeros((self.batch_size, 4))
        label_tensor[:, 2] = 1
        prediction[:, 1] = 1
        loss = Loss.CrossEntropyLoss().forward(prediction, label_tensor)
        self.assertAlmostEqual(loss, 324.3928805, places=4)


class TestOptimizers1(unittest.TestCase):
    def test_sgd(self):
        optimizer = Optimizers.Sgd(1.0)
        result = optimizer.calculate_update(1.0, 1.0)
        np.testing.assert_almost_equal(result, np.array([0.0]))
        result = optimizer.calculate_update(result, 1.0)
        np.testing.assert_almost_equal(result, np.array([-1.0]))


class TestNeuralNetwork1(unittest.TestCase):
    def make(self, learning_rate, batch_size):
        net = NeuralNetwork.NeuralNetwork(Optimizers.Sgd(learning_rate))
        net.data_layer = Helpers.IrisData(batch_size)
        net.loss_layer = Loss.CrossEntropyLoss()
        net.append_layer(FullyConnected.FullyConnected(4, 3))
        net.append_layer(ReLU.ReLU())
        net.append_layer(FullyConnected.FullyConnected(3, 3))
        net.append_layer(SoftMax.SoftMax())
        return net

    def test_append_layer(self):
        net = NeuralNetwork.NeuralNetwork(Optimizers.Sgd(1))
        net.append_layer(FullyConnected.FullyConnected(4, 3))
        net.append_layer(FullyConnected.FullyConnected(3, 3))
        self.assertEqual(len(net.layers), 2)
        self.assertFalse(net.layers[0].optimizer is net.layers[1].optimizer)

    def test_data_access(self):
        np.random.seed(1337)
        net = self.make(1e-4, 50)
        self.assertNotEqual(net.forward(), net.forward())

    def test_iris_data(self):
        np.random.seed(1337)
        random.seed(1337)
        net = self.make(1e-3, 50)
        net.train(4000)
        data, labels = net.data_layer.get_test_set()
        self.assertGreater(Helpers.calculate_accuracy(net.test(data), labels), 0.8)


if __name__ == "__main__":
    unittest.main()
