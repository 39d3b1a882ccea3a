"""The tests of the third exercise, as a course writes them: what has not changed since the second one is taken over.

It knows nothing of an examiner. Run it beside a hand-in (``python -m unittest NeuralNetworkTests3``), or list it in
a suite.toml as it stands.
"""

import unittest

import NeuralNetwork
import NeuralNetworkTests2 as second
import numpy as np
from Layers import *
from Optimization import *

try:
    from Layers import LSTM
except ImportError:
    LSTM = None  # may be handed in, need not

ID = 3
L2Loss = second.L2Loss
one_hot = second.one_hot


class TestFullyConnected3(second.TestFullyConnected2):
    pass


class TestReLU(second.TestReLU):
    pass


class TestSoftMax(second.TestSoftMax):
    pass


class TestCrossEntropyLoss(second.TestCrossEntropyLoss):
    pass


class TestOptimizers3(second.TestOptimizers2):
    pass


class TestInitializers(second.TestInitializers):
    pass


class TestFlatten(second.TestFlatten):
    pass


class TestConv(second.TestConv):
    pass


class TestPooling(second.TestPooling):
    pass


class Activation:
    """What both activation functions have in common."""

    def setUp(self):
        np.random.seed(1337)
        self.input_tensor = np.tile(np.linspace(-2, 2, 10), (10, 1))
        self.label_tensor = one_hot(10, 10)

    def test_trainable(self):
        self.assertFalse(self.make().trainable)

    def test_forward(self):
        np.testing.assert_almost_equal(self.make().forward(self.input_tensor), self.expected(self.input_tensor))

    def test_range(self):
        output = self.make().forward(self.input_tensor * 10)
        self.assertLessEqual(np.max(output), 1.0)
        self.assertGreaterEqual(np.min(output), self.lowest)

    def test_gradient(self):
        input_tensor = self.input_tensor * np.random.uniform(0.1, 1, self.input_tensor.shape)
        difference = Helpers.gradient_check([self.make(), L2Loss()], input_tensor, self.label_tensor)
        self.assertLessEqual(np.sum(difference), 1e-5)


class TestTanH(Activation, unittest.TestCase):
    lowest = -1.0

    def make(self):
        return TanH.TanH()

    def expected(self, x):
        return 1 - 2 / (np.exp(2 * x) + 1)


class TestSigmoid(Activation, unittest.TestCase):
    lowest = 0.0

    def make(self):
        return Sigmoid.Sigmoid()

    def expected(self, x):
        return 0.5 * (1 + np.tanh(x / 2))


class TestConstraints(unittest.TestCase):
    def setUp(self):
        self.alpha = 1337
        self.weights = np.ones((5, 4))
        self.weights[2:4, 1:3] = -2.0

    def test_L1(self):
        gradient = Constraints.L1_Regularizer(self.alpha).calculate_gradient(self.weights)
        self.assertLessEqual(np.sum(np.abs(gradient - self.alpha * np.sign(self.weights))), 1e-10)

    def test_L2(self):
        gradient = Constraints.L2_Regularizer(self.alpha).calculate_gradient(self.weights)
        self.assertLessEqual(np.sum(np.abs(gradient - self.alpha * self.weights)), 1e-10)

    def test_L1_norm(self):
        norm = Constraints.L1_Regularizer(self.alpha).norm(self.weights)
        self.assertAlmostEqual(float(norm), 24 * self.alpha)

    def test_L2_norm(self):
        norm = Constraints.L2_Regularizer(self.alpha).norm(self.weights)
        self.assertAlmostEqual(float(norm), 32 * self.alpha)

    def after_two_updates(self, optimizer, regularizer):
        optimizer.add_regularizer(regularizer)
        weights = optimizer.calculate_update(self.weights, np.ones_like(self.weights))
        weights = optimizer.calculate_update(weights, np.ones_like(self.weights) * 2)
        return float(np.sum(weights))

    def expected(self, plain_steps, penalty, learning_rate=2):
        """The same by hand; ``plain_steps`` are what the optimizer alone takes off each weight."""
        weights = self.weights
        for step in plain_steps:
            weights = weights - step - learning_rate * penalty(weights)
        return float(np.sum(weights))

    def l1(self, weights):
        return 3 * np.sign(weights)

    def l2(self, weights):
        return 2 * weights

    def test_L1_with_sgd(self):
        total = self.after_two_updates(Optimizers.Sgd(2), Constraints.L1_Regularizer(3))
        self.assertAlmostEqual(total, self.expected([2, 4], self.l1), places=2)

    def test_L2_with_sgd(self):
        total = self.after_two_updates(Optimizers.Sgd(2), Constraints.L2_Regularizer(2))
        self.assertAlmostEqual(total, self.expected([2, 4], self.l2), places=2)

    def test_L1_with_sgd_w_momentum(self):
        total = self.after_two_updates(Optimizers.SgdWithMomentum(2, 0.9), Constraints.L1_Regularizer(3))
        self.assertAlmostEqual(total, self.expected([2, 0.9 * 2 + 4], self.l1), places=1)

    def test_L2_with_sgd_w_momentum(self):
        total = self.after_two_updates(Optimizers.SgdWithMomentum(2, 0.9), Constraints.L2_Regularizer(2))
        self.assertAlmostEqual(total, self.expected([2, 0.9 * 2 + 4], self.l2), places=1)

    def adam_steps(self):
        """Adam(2, 0.9, 0.999) with the gradients 1 and 2."""
        first, second = (0.09 + 0.2) / 0.19, (0.999 * 0.001 + 0.004) / (1 - 0.999**2)
        return [2.0, 2 * first / np.sqrt(second)]

    def test_L1_with_adam(self):
        total = self.after_two_updates(Optimizers.Adam(2, 0.9, 0.999), Constraints.L1_Regularizer(3))
        self.assertAlmostEqual(total, self.expected(self.adam_steps(), self.l1), places=2)

    def test_L2_with_adam(self):
        total = self.after_two_updates(Optimizers.Adam(2, 0.9, 0.999), Constraints.L2_Regularizer(2))
        self.assertAlmostEqual(total, self.expected(self.adam_steps(), self.l2), places=2)


class TestDropout(unittest.TestCase):
    def setUp(self):
        self.batch_size = 10000
        self.input_size = 10
        self.input_tensor = np.ones((self.batch_size, self.input_size))

    def test_trainable(self):
        self.assertFalse(Dropout.Dropout(0.5).trainable)

    def test_default_phase(self):
        self.assertFalse(Dropout.Dropout(0.5).testing_phase)

    def test_forward_trainTime(self):
        output = Dropout.Dropout(0.5).forward(self.input_tensor)
        self.assertEqual(np.max(output), 2)
        self.assertEqual(np.min(output), 0)
        self.assertAlmostEqual(float(np.mean(output)), 1.0, places=1)

    def test_position_preservation(self):
        layer = Dropout.Dropout(0.5)
        output = layer.forward(self.input_tensor)
        error = layer.backward(self.input_tensor)
        self.assertTrue(np.all((output == 0) == (error == 0)))

    def test_forward_testTime(self):
        layer = Dropout.Dropout(0.5)
        layer.testing_phase = True
        output = layer.forward(self.input_tensor)
        self.assertEqual(np.max(output), 1.0)
        self.assertEqual(np.min(output), 1.0)

    def test_backward(self):
        layer = Dropout.Dropout(0.5)
        layer.forward(self.input_tensor)
        error = layer.backward(self.input_tensor)
        self.assertEqual(np.max(error), 2)
        self.assertEqual(np.min(error), 0)

    def test_gradient(self):
        input_tensor = np.linspace(0.1, 2, 50).reshape(10, 5)
        label_tensor = np.zeros((10, 5))
        layers = [Dropout.Dropout(0.5), L2Loss()]
        difference = Helpers.gradient_check(layers, input_tensor, label_tensor, seed=1337)
        self.assertLessEqual(np.sum(difference), 1e-5)


class TestBatchNorm(unittest.TestCase):
    def setUp(self):
        np.random.seed(1337)
        self.batch_size = 200
        self.channels = 2
        self.image_shape = (self.channels, 3, 3)
        self.input_size = int(np.prod(self.image_shape))
        self.input_tensor = self.spread((self.batch_size, self.input_size))
        self.input_tensor_conv = self.spread((self.batch_size, *self.image_shape))
        self.categories = 4
        self.label_tensor = one_hot(self.batch_size, self.categories)
        self.few = 12

    def spread(self, shape):
        """Each column or channel around a mean and with a deviation of its own."""
        by_channel = (1, shape[1], *[1] * (len(shape) - 2))
        offset = np.arange(shape[1]).reshape(by_channel)
        return np.random.standard_normal(shape) * (1 + offset) + 2 * offset - 1

    def vector(self):
        return BatchNormalization.BatchNormalization(self.input_size)

    def image(self):
        return BatchNormalization.BatchNormalization(self.channels)

    def moments(self, tensor):
        """Mean and variance of each column, or of each channel."""
        axes = (0,) if tensor.ndim == 2 else (0, 2, 3)
        return np.mean(tensor, axis=axes), np.var(tensor, axis=axes)

    def test_trainable(self):
        self.assertTrue(self.vector().trainable)

    def test_default_phase(self):
        self.assertFalse(self.vector().testing_phase)

    def test_forward_shape(self):
        self.assertEqual(self.vector().forward(self.input_tensor).shape, self.input_tensor.shape)

    def test_forward_shape_convolutional(self):
        self.assertEqual(self.image().forward(self.input_tensor_conv).shape, self.input_tensor_conv.shape)

    def check_normal(self, output):
        mean, variance = self.moments(output)
        self.assertAlmostEqual(float(np.sum(np.square(mean))), 0)
        self.assertAlmostEqual(float(np.sum(np.square(variance - 1))), 0)

    def test_forward(self):
        self.check_normal(self.vector().forward(self.input_tensor))

    def test_forward_convolutional(self):
        self.check_normal(self.image().forward(self.input_tensor_conv))

    def vectors_of(self, images):
        return np.transpose(images, (0, 2, 3, 1)).reshape(-1, images.shape[1])

    def test_reformat_image2vec(self):
        layer = BatchNormalization.BatchNormalization(3)
        images = np.arange(5 * 3 * 6 * 4.0).reshape(5, 3, 6, 4)
        layer.forward(images)
        vectors = layer.reformat(images)
        self.assertEqual(vectors.shape, (120, 3))
        np.testing.assert_array_equal(vectors, self.vectors_of(images))

    def test_reformat_vec2image(self):
        layer = BatchNormalization.BatchNormalization(3)
        images = np.arange(5 * 3 * 6 * 4.0).reshape(5, 3, 6, 4)
        layer.forward(images)
        np.testing.assert_array_equal(layer.reformat(self.vectors_of(images)), images)

    def test_reformat(self):
        layer = self.image()
        layer.forward(self.input_tensor_conv)
        back = layer.reformat(layer.reformat(self.input_tensor_conv))
        np.testing.assert_allclose(back, self.input_tensor_conv)

    def check_train_phase(self, layer, tensor):
        layer.forward(tensor)
        mean, variance = self.moments(tensor)
        output = layer.forward(np.zeros_like(tensor) + 7.5)
        found, _ = self.moments(output)
        self.assertNotEqual(float(np.sum(np.square(found - (7.5 - mean) / np.sqrt(variance)))), 0)
        self.assertLess(float(np.sum(np.square(found))), 1e-6)

    def test_forward_train_phase(self):
        self.check_train_phase(self.vector(), self.input_tensor)

    def test_forward_train_phase_convolutional(self):
        self.check_train_phase(self.image(), self.input_tensor_conv)

    def check_test_phase(self, layer, tensor):
        layer.forward(tensor)
        mean, variance = self.moments(tensor)
        layer.testing_phase = True
        found, spread = self.moments(layer.forward(np.zeros_like(tensor)))
        np.testing.assert_almost_equal(found, -mean / np.sqrt(variance))
        np.testing.assert_almost_equal(spread, np.zeros_like(variance))

    def test_forward_test_phase(self):
        self.check_test_phase(self.vector(), self.input_tensor)

    def test_forward_test_phase_convolutional(self):
        self.check_test_phase(self.image(), self.input_tensor_conv)

    def layers(self, tensor, layer):
        flat = [Flatten.Flatten()] if tensor.ndim == 4 else []
        return [layer, *flat, FullyConnected.FullyConnected(self.input_size, self.categories), L2Loss()]

    def test_gradient(self):
        tensor, labels = self.input_tensor[: self.few], self.label_tensor[: self.few]
        difference = Helpers.gradient_check(self.layers(tensor, self.vector()), tensor, labels)
        self.assertLessEqual(np.sum(difference), 1e-4)

    def test_gradient_convolutional(self):
        tensor, labels = self.input_tensor_conv[: self.few], self.label_tensor[: self.few]
        difference = Helpers.gradient_check(self.layers(tensor, self.image()), tensor, labels)
        self.assertLessEqual(np.sum(difference), 1e-3)

    def check_weights(self, tensor, layer, bias):
        layers = self.layers(tensor, layer)
        difference = Helpers.gradient_check_weights(layers, tensor, self.label_tensor, bias)
        self.assertLessEqual(np.sum(difference), 1e-6)

    def test_gradient_weights(self):
        self.check_weights(self.input_tensor, self.vector(), False)

    def test_gradient_weights_convolutional(self):
        self.check_weights(self.input_tensor_conv, self.image(), False)

    def test_gradient_bias(self):
        self.check_weights(self.input_tensor, self.vector(), True)

    def test_gradient_bias_convolutional(self):
        self.check_weights(self.input_tensor_conv, self.image(), True)

    def test_update(self):
        layer = self.vector()
        layer.optimizer = Optimizers.Sgd(1)
        for _ in range(10):
            output = layer.forward(self.input_tensor)
            layer.backward(np.zeros_like(output) - output)
            new_output = layer.forward(self.input_tensor)
            self.assertLess(np.sum(np.power(output, 2)), np.sum(np.power(new_output, 2)))


class Recurrent:
    """What both recurrent layers have in common; the batch is the time."""

    gates = 1
    weights_tolerance = 1e-4

    TestInitializer = second.TestFullyConnected2.TestInitializer

    def setUp(self):
        np.random.seed(1337)
        self.batch_size = 9
        self.input_size = 13
        self.output_size = 5
        self.hidden_size = 7
        self.input_tensor = np.random.rand(self.input_size, self.batch_size).T
        self.categories = 4
        self.label_tensor = one_hot(self.batch_size, self.categories)

    def layer(self, output_size=None):
        return self.make(self.input_size, self.hidden_size, output_size or self.output_size)

    def test_initialization(self):
        layer = self.layer()
        layer.initialize(self.TestInitializer(), Initializers.Constant(0.0))
        rows = self.input_size + self.hidden_size
        columns = self.gates * self.hidden_size
        self.assertIn(float(np.sum(layer.weights)), (3.0 * columns, 3.0 * rows))

    def test_trainable(self):
        self.assertTrue(self.layer().trainable)

    def test_forward_size(self):
        self.assertEqual(self.layer().forward(self.input_tensor).shape, (self.batch_size, self.output_size))

    def test_backward_size(self):
        layer = self.layer()
        error = layer.backward(layer.forward(self.input_tensor))
        self.assertEqual(error.shape, (self.batch_size, self.input_size))

    def test_forward_stateful(self):
        input_tensor = np.tile(np.random.random(self.input_size), (2, 1))
        output = self.layer().forward(input_tensor)
        self.assertNotEqual(np.sum(np.square(output[0] - output[1])), 0)

    def test_forward_stateful_TBPTT(self):
        layer = self.layer()
        layer.memorize = True
        before = layer.forward(self.input_tensor)
        after = layer.forward(self.input_tensor)
        self.assertNotEqual(np.sum(np.square(before - after)), 0)

    def test_update(self):
        layer = self.layer()
        layer.optimizer = Optimizers.Sgd(1)
        for _ in range(10):
            output = layer.forward(self.input_tensor)
            layer.backward(np.zeros_like(output) - output)
            new_output = layer.forward(self.input_tensor)
            self.assertLess(np.sum(np.power(output, 2)), np.sum(np.power(new_output, 2)))

    def small(self):
        layer = self.layer(self.categories)
        layer.initialize(Initializers.Xavier(), Initializers.Constant(0.1))
        return [layer, L2Loss()], np.random.random(self.input_tensor.shape)

    def test_gradient(self):
        layers, input_tensor = self.small()
        difference = Helpers.gradient_check(layers, input_tensor, self.label_tensor)
        self.assertLessEqual(np.sum(difference), 1e-4)

    def test_weights_shape(self):
        rows, columns = self.input_size + self.hidden_size + 1, self.gates * self.hidden_size
        self.assertIn(self.layer().weights.shape, ((rows, columns), (columns, rows)))

    def test_gradient_weights(self):
        layers, input_tensor = self.small()
        difference = Helpers.gradient_check_weights(layers, input_tensor, self.label_tensor, False)
        self.assertLessEqual(np.sum(difference), self.weights_tolerance)

    def test_bias(self):
        layer = self.layer()
        layer.initialize(Initializers.UniformRandom(), Initializers.UniformRandom())
        self.assertGreater(np.sum(layer.forward(np.zeros((1, self.input_size)))), 0)


class TestRNN(Recurrent, unittest.TestCase):
    def make(self, *sizes):
        return RNN.RNN(*sizes)


if LSTM is not None:

    class TestLSTM(Recurrent, unittest.TestCase):
        gates = 4
        weights_tolerance = 1e-3

        def make(self, *sizes):
            return LSTM.LSTM(*sizes)


class TestNeuralNetwork3(second.TestNeuralNetwork2):
    def test_regularization_loss(self):
        for build in (self.fully_connected, self.recurrent):
            losses = []
            for alpha in (None, 8e-2):
                optimizer = Optimizers.Sgd(1e-3)
                if alpha is not None:
                    optimizer.add_regularizer(Constraints.L1_Regularizer(alpha))
                net = build(optimizer)
                net.train(1)
                losses.append(float(np.sum(net.loss)))
            self.assertNotEqual(losses[0], losses[1])

    def constant(self, optimizer):
        net = NeuralNetwork.NeuralNetwork(optimizer, Initializers.Constant(0.5), Initializers.Constant(0.1))
        net.data_layer = Helpers.IrisData(100, random=False)
        net.loss_layer = Loss.CrossEntropyLoss()
        return net

    def fully_connected(self, optimizer):
        net = self.constant(optimizer)
        net.append_layer(FullyConnected.FullyConnected(4, 3))
        net.append_layer(SoftMax.SoftMax())
        return net

    def recurrent(self, optimizer):
        net = self.constant(optimizer)
        net.append_layer(RNN.RNN(4, 4, 3))
        net.append_layer(SoftMax.SoftMax())
        return net

    def iris_between(self, layer):
        optimizer = Optimizers.Adam(1e-2, 0.98, 0.999)
        optimizer.add_regularizer(Constraints.L2_Regularizer(8e-2))
        net = self.make(optimizer, Helpers.IrisData(50))
        net.append_layer(FullyConnected.FullyConnected(4, 3))
        net.append_layer(layer)
        net.append_layer(ReLU.ReLU())
        net.append_layer(FullyConnected.FullyConnected(3, 3))
        net.append_layer(SoftMax.SoftMax())
        return net

    def test_iris_data_with_batchnorm(self):
        optimizer = Optimizers.Adam(1e-2, 0.98, 0.999)
        net = self.make(optimizer, Helpers.IrisData(50))
        net.append_layer(BatchNormalization.BatchNormalization(4))
        net.append_layer(FullyConnected.FullyConnected(4, 3))
        net.append_layer(ReLU.ReLU())
        net.append_layer(FullyConnected.FullyConnected(3, 3))
        net.append_layer(SoftMax.SoftMax())
        net.train(700)
        data, _ = net.data_layer.get_test_set()
        self.assertEqual(float(np.sum(np.square(net.test(data) - net.test(data)))), 0)
        self.assertGreater(self.accuracy(net), 0.8)

    def test_iris_data_with_dropout(self):
        net = self.iris_between(Dropout.Dropout(0.3))
        net.train(300)
        data, _ = net.data_layer.get_test_set()
        self.assertEqual(float(np.sum(np.square(net.test(data) - net.test(data)))), 0)

    def test_layer_phases(self):
        net = self.make(Optimizers.Adam(1e-2, 0.98, 0.999), Helpers.IrisData(50))
        net.append_layer(BatchNormalization.BatchNormalization(4))
        net.append_layer(FullyConnected.FullyConnected(4, 3))
        net.append_layer(Dropout.Dropout(0.3))
        net.append_layer(SoftMax.SoftMax())
        net.train(20)
        data, _ = net.data_layer.get_test_set()
        net.test(data)
        self.assertTrue(net.layers[0].testing_phase)
        self.assertTrue(net.layers[2].testing_phase)

    def digits(self, regularizer=None, dropout=None, batch_norm=False):
        """Train a small convolutional network on digits; how many of the test set it gets right."""
        optimizer = Optimizers.Adam(5e-3, 0.98, 0.999)
        if regularizer is not None:
            optimizer.add_regularizer(regularizer)
        net = NeuralNetwork.NeuralNetwork(optimizer, Initializers.He(), Initializers.Constant(0.1))
        net.data_layer = Helpers.DigitData(150)
        net.loss_layer = Loss.CrossEntropyLoss()
        if batch_norm:
            net.append_layer(BatchNormalization.BatchNormalization(1))
        net.append_layer(Conv.Conv((1, 1), (1, 3, 3), 4))
        net.append_layer(ReLU.ReLU())
        net.append_layer(Pooling.Pooling((2, 2), (2, 2)))
        net.append_layer(Flatten.Flatten())
        net.append_layer(FullyConnected.FullyConnected(64, 32))
        if dropout is not None:
            net.append_layer(Dropout.Dropout(dropout))
        net.append_layer(ReLU.ReLU())
        net.append_layer(FullyConnected.FullyConnected(32, 10))
        net.append_layer(SoftMax.SoftMax())
        net.train(60)
        self.assertGreater(self.accuracy(net), 0.3)

    def test_digit_data_L2_Regularizer(self):
        self.digits(Constraints.L2_Regularizer(8e-2))

    def test_digit_data_L1_Regularizer(self):
        self.digits(Constraints.L1_Regularizer(8e-2))

    def test_digit_data_dropout(self):
        self.digits(Constraints.L2_Regularizer(4e-4), dropout=0.3)

    def test_digit_batch_norm(self):
        self.digits(batch_norm=True)

    def test_all(self):
        self.digits(Constraints.L2_Regularizer(4e-4), dropout=0.3, batch_norm=True)


if __name__ == "__main__":
    unittest.main()
