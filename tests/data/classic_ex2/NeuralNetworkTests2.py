"""The tests of the second exercise, as a course writes them: what has not changed since the first one is taken over.

It knows nothing of an examiner. Run it beside a hand-in (``python -m unittest NeuralNetworkTests2``), or list it in
a suite.toml as it stands.
"""

import random
import unittest

import NeuralNetwork
import NeuralNetworkTests1 as first
import numpy as np
from Layers import *
from Optimization import *
from scipy import stats
from scipy.ndimage import gaussian_filter

ID = 2
L2Loss = first.L2Loss
one_hot = first.one_hot


class TestReLU(first.TestReLU):
    pass


class TestSoftMax(first.TestSoftMax):
    pass


class TestCrossEntropyLoss(first.TestCrossEntropyLoss):
    pass


class TestFullyConnected2(first.TestFullyConnected1):
    class TestInitializer:
        """Notes the fans it is told; the first two input rows become 1 and 2, everything else 0."""

        def __init__(self):
            self.fan_in = None
            self.fan_out = None

        def initialize(self, shape, fan_in, fan_out):
            self.fan_in = fan_in
            self.fan_out = fan_out
            weights = np.zeros(shape)
            weights[0] = 1
            weights[1] = 2
            return weights

    def test_initialization(self):
        layer = FullyConnected.FullyConnected(4, 10)
        initializer = TestFullyConnected2.TestInitializer()
        layer.initialize(initializer, Initializers.Constant(0.5))
        self.assertEqual(initializer.fan_in, 4)
        self.assertEqual(initializer.fan_out, 10)
        sums = [35.0] if layer.weights.shape == (5, 10) else [17.0, 35.0]
        self.assertIn(round(float(np.sum(layer.weights)), 5), sums)


class TestOptimizers2(unittest.TestCase):
    def check(self, optimizer, gradients, expected):
        weight = 1.0
        for gradient, value in zip(gradients, expected, strict=True):
            weight = optimizer.calculate_update(weight, gradient)
            np.testing.assert_almost_equal(weight, np.array([value]))

    def test_sgd(self):
        self.check(Optimizers.Sgd(1.0), [1.0, 1.0], [0.0, -1.0])

    def test_sgd_with_momentum(self):
        self.check(Optimizers.SgdWithMomentum(1.0, 0.9), [1.0, 1.0], [0.0, -1.9])

    def test_adam(self):
        self.check(Optimizers.Adam(1.0, 0.01, 0.02), [1.0, 0.5], [0.0, -0.9814473195614205])


class TestInitializers(unittest.TestCase):
    class DummyLayer:
        """Weights as a layer would have them."""

        def __init__(self, input_size, output_size):
            self.weights = []
            self.shape = (output_size, input_size)

        def initialize(self, initializer):
            self.weights = initializer.initialize(self.shape, self.shape[1], self.shape[0])

    def setUp(self):
        np.random.seed(1337)
        self.input_size = 400
        self.output_size = 400

    def weights_of(self, initializer):
        layer = TestInitializers.DummyLayer(self.input_size, self.output_size)
        layer.initialize(initializer)
        return layer.weights

    def check_shape(self, initializer):
        self.assertEqual(self.weights_of(initializer).shape, (self.output_size, self.input_size))

    def check_distribution(self, initializer, distribution, *parameters):
        weights = self.weights_of(initializer)
        p_value = stats.kstest(np.ravel(weights)[::40], distribution, args=parameters).pvalue
        self.assertGreater(p_value, 1e-4)

    def test_constant_shape(self):
        self.check_shape(Initializers.Constant(0.1))

    def test_constant_distribution(self):
        self.assertTrue(np.all(self.weights_of(Initializers.Constant(0.25)) == 0.25))

    def test_uniform_shape(self):
        self.check_shape(Initializers.UniformRandom())

    def test_uniform_distribution(self):
        self.check_distribution(Initializers.UniformRandom(), "uniform", 0, 1)

    def test_xavier_shape(self):
        self.check_shape(Initializers.Xavier())

    def test_xavier_distribution(self):
        scale = np.sqrt(2) / np.sqrt(self.input_size + self.output_size)
        self.check_distribution(Initializers.Xavier(), "norm", 0, scale)

    def test_he_shape(self):
        self.check_shape(Initializers.He())

    def test_he_distribution(self):
        self.check_distribution(Initializers.He(), "norm", 0, np.sqrt(2 / self.input_size))


class TestFlatten(unittest.TestCase):
    def setUp(self):
        self.batch_size = 9
        self.input_shape = (3, 4, 11)
        count = self.batch_size * int(np.prod(self.input_shape))
        self.input_tensor = np.arange(float(count)).reshape(self.batch_size, *self.input_shape)

    def test_trainable(self):
        self.assertFalse(Flatten.Flatten().trainable)

    def test_forward(self):
        output = Flatten.Flatten().forward(self.input_tensor)
        expected = self.input_tensor.reshape(self.batch_size, -1)
        self.assertEqual(output.shape, expected.shape)
        self.assertLessEqual(np.sum(np.abs(output - expected)), 1e-9)

    def test_backward(self):
        layer = Flatten.Flatten()
        error = layer.backward(layer.forward(self.input_tensor))
        self.assertEqual(error.shape, self.input_tensor.shape)
        self.assertLessEqual(np.sum(np.abs(error - self.input_tensor)), 1e-9)


class TestConv(unittest.TestCase):
    class TestInitializer:
        """Notes the fans it is told; one kernel of 3 x 3 x 3 that hands the middle channel through."""

        def __init__(self):
            self.fan_in = None
            self.fan_out = None

        def initialize(self, shape, fan_in, fan_out):
            self.fan_in = fan_in
            self.fan_out = fan_out
            weights = np.zeros((1, 3, 3, 3))
            weights[0, 1, 1, 1] = 1
            return weights

    def setUp(self):
        np.random.seed(1337)
        self.batch_size = 2
        self.kernel_shape = (3, 5, 8)
        self.num_kernels = 4
        self.hidden_channels = 3
        self.image_shape = (3, 10, 14)
        self.uneven_image_shape = (3, 11, 15)
        self.input_tensor = self.counted(self.image_shape)
        self.uneven_input_tensor = self.counted(self.uneven_image_shape)
        self.small_shape = (self.batch_size, 3, 5, 7)

    def counted(self, shape):
        count = self.batch_size * int(np.prod(shape))
        return np.arange(1.0, count + 1).reshape(self.batch_size, *shape)

    def make(self, stride=(1, 1)):
        return Conv.Conv(stride, self.kernel_shape, self.num_kernels)

    def test_trainable(self):
        self.assertTrue(self.make().trainable)

    def test_forward_size(self):
        self.assertEqual(self.make().forward(self.input_tensor).shape, (2, 4, 10, 14))

    def test_forward_size_stride(self):
        self.assertEqual(self.make((3, 2)).forward(self.input_tensor).shape, (2, 4, 4, 7))

    def test_forward_size_stride_uneven_image(self):
        self.assertEqual(self.make((3, 2)).forward(self.uneven_input_tensor).shape, (2, 4, 4, 8))

    def blurred(self, channels):
        """A layer of Gaussian kernels, a random image for it, and what scipy makes of each of its channels."""
        spot = np.zeros((3, 3))
        spot[1, 1] = 1
        kernel = gaussian_filter(spot, sigma=1, truncate=1)
        image = np.random.random((1, channels, 10, 14))
        layer = Conv.Conv((1, 1), (channels, 3, 3), 1)
        layer.weights = np.tile(kernel, (1, channels, 1, 1))
        layer.bias = np.array([0.0])
        blurred = gaussian_filter(image, sigma=(0, 0, 1, 1), truncate=1, mode="constant", cval=0.0)
        return layer, image, blurred

    def test_forward(self):
        layer, image, blurred = self.blurred(1)
        np.testing.assert_almost_equal(layer.forward(image), blurred, decimal=1)

    def test_forward_multi_channel(self):
        layer, image, blurred = self.blurred(4)
        layer.bias = np.array([0.7])
        output = layer.forward(image)
        self.assertLess(np.max(np.abs(output[:, 0] - np.sum(blurred, axis=1) - 0.7)), 0.2)

    def test_forward_fully_connected_channels(self):
        layer, image, blurred = self.blurred(3)
        image[:, 1:] = image[:, :1]
        output = layer.forward(image)
        self.assertLess(np.max(np.abs(output[:, 0] - 3 * blurred[:, 0])), 0.2)

    def test_1D_forward_size(self):
        layer = Conv.Conv([2], (3, 3), self.num_kernels)
        self.assertEqual(layer.forward(self.counted((3, 15))).shape, (2, 4, 8))

    def test_1D_backward_size(self):
        layer = Conv.Conv([2], (3, 3), self.num_kernels)
        output = layer.forward(self.counted((3, 15)))
        self.assertEqual(layer.backward(output).shape, (2, 3, 15))

    def test_backward_size(self):
        layer = self.make()
        output = layer.forward(self.input_tensor)
        self.assertEqual(layer.backward(output).shape, self.input_tensor.shape)

    def test_backward_size_stride(self):
        layer = self.make((3, 2))
        output = layer.forward(self.input_tensor)
        self.assertEqual(layer.backward(output).shape, self.input_tensor.shape)

    def test_1x1_convolution(self):
        layer = Conv.Conv((1, 1), (3, 1, 1), self.num_kernels)
        output = layer.forward(self.input_tensor)
        self.assertEqual(output.shape, (2, 4, 10, 14))
        self.assertEqual(layer.backward(output).shape, self.input_tensor.shape)

    def test_layout_preservation(self):
        layer = Conv.Conv((1, 1), (3, 3, 3), 1)
        layer.initialize(TestConv.TestInitializer(), Initializers.Constant(0.0))
        output = layer.forward(self.input_tensor)
        self.assertAlmostEqual(float(np.sum(np.abs(output[:, 0] - self.input_tensor[:, 1]))), 0.0)

    def check_gradient(self, layer, tolerance):
        input_tensor = np.abs(np.random.random(self.small_shape))
        label_tensor = self.labels_for(layer, input_tensor)
        difference = Helpers.gradient_check([layer, Flatten.Flatten(), L2Loss()], input_tensor, label_tensor)
        self.assertLessEqual(np.sum(difference), tolerance)

    def labels_for(self, layer, input_tensor):
        outputs = int(np.prod(layer.forward(input_tensor).shape[1:]))
        return np.random.random((self.batch_size, outputs))

    def check_weights(self, layer, bias):
        input_tensor = np.abs(np.random.random(self.small_shape))
        layers = [layer, Flatten.Flatten(), L2Loss()]
        label_tensor = self.labels_for(layer, input_tensor)
        difference = Helpers.gradient_check_weights(layers, input_tensor, label_tensor, bias)
        self.assertLessEqual(np.sum(difference), 1e-5)

    def test_gradient(self):
        self.check_gradient(Conv.Conv((1, 1), (3, 3, 3), self.hidden_channels), 5e-2)

    def test_gradient_stride(self):
        self.small_shape = (self.batch_size, 6, 5, 14)
        self.check_gradient(Conv.Conv((1, 2), (6, 3, 3), 1), 1e-4)

    def test_gradient_weights(self):
        self.check_weights(Conv.Conv((1, 1), (3, 3, 3), self.hidden_channels), False)

    def test_gradient_weights_strided(self):
        self.check_weights(Conv.Conv((2, 2), (3, 3, 3), self.hidden_channels), False)

    def test_gradient_bias(self):
        self.check_weights(Conv.Conv((1, 1), (3, 3, 3), self.hidden_channels), True)

    def test_weights_init(self):
        layer = Conv.Conv((1, 1), (100, 10, 10), 150)
        self.assertGreater(np.mean(np.abs(layer.weights)), 1e-3)

    def test_bias_init(self):
        layer = Conv.Conv((1, 1), (1, 1, 1), 150 * 100 * 100)
        self.assertGreater(np.mean(np.abs(layer.bias)), 1e-3)

    def test_update(self):
        layer = self.make((3, 2))
        layer.optimizer = Optimizers.Sgd(1)
        layer.initialize(Initializers.He(), Initializers.Constant(0.1))
        input_tensor = np.random.uniform(-1, 1, self.input_tensor.shape)
        for _ in range(10):
            output = layer.forward(input_tensor)
            layer.backward(np.zeros_like(output) - output)
            new_output = layer.forward(input_tensor)
            self.assertLess(np.sum(np.power(output, 2)), np.sum(np.power(new_output, 2)))

    def test_initialization(self):
        layer = self.make()
        initializer = TestConv.TestInitializer()
        layer.initialize(initializer, Initializers.Constant(0.1))
        self.assertEqual(initializer.fan_in, 120)
        self.assertEqual(initializer.fan_out, 160)


class TestPooling(unittest.TestCase):
    def setUp(self):
        np.random.seed(1337)
        self.batch_size = 2
        self.input_shape = (self.batch_size, 2, 4, 7)
        count = int(np.prod(self.input_shape))
        self.input_tensor = np.arange(float(count)).reshape(self.input_shape)

    def test_trainable(self):
        self.assertFalse(Pooling.Pooling((2, 2), (2, 2)).trainable)

    def check_shape(self, stride, expected):
        layer = Pooling.Pooling(stride, (2, 2))
        output = layer.forward(self.input_tensor)
        self.assertEqual(output.shape, (self.batch_size, 2, *expected))
        self.assertEqual(layer.backward(output).shape, self.input_shape)

    def test_shape(self):
        self.check_shape((2, 2), (2, 3))

    def test_overlapping_shape(self):
        self.check_shape((2, 1), (2, 6))

    def test_subsampling_shape(self):
        self.check_shape((3, 2), (1, 3))

    def check_gradient(self, stride):
        input_tensor = np.random.permutation(np.prod(self.input_shape)).reshape(self.input_shape) / 10.0
        layers = [Pooling.Pooling(stride, (2, 2)), Flatten.Flatten(), L2Loss()]
        outputs = int(np.prod(layers[0].forward(input_tensor).shape[1:]))
        label_tensor = np.random.random((self.batch_size, outputs))
        difference = Helpers.gradient_check(layers, input_tensor, label_tensor)
        self.assertLessEqual(np.sum(difference), 1e-6)

    def test_gradient_stride(self):
        self.check_gradient((2, 2))

    def test_gradient_overlapping_stride(self):
        self.check_gradient((2, 1))

    def test_gradient_subsampling_stride(self):
        self.check_gradient((3, 2))

    def test_layout_preservation(self):
        output = Pooling.Pooling((1, 1), (1, 1)).forward(self.input_tensor)
        self.assertAlmostEqual(float(np.sum(np.power(output - self.input_tensor, 2))), 0)

    def test_expected_output(self):
        output = Pooling.Pooling((2, 2), (2, 2)).forward(self.input_tensor)
        rows = np.array([[8.0, 10.0, 12.0], [22.0, 24.0, 26.0]])
        expected = rows + 28.0 * np.arange(4).reshape(2, 2, 1, 1)
        self.assertEqual(np.sum(np.power(output - expected, 2)), 0)

    def test_expected_output_valid_edgecase(self):
        image = np.array([[[[0.0, -1.0, 5.0], [3.0, 2.0, 6.0], [7.0, 8.0, 9.0]]]])
        output = Pooling.Pooling((2, 2), (2, 2)).forward(image)
        np.testing.assert_array_equal(output, np.array([[[[3.0]]]]))


class TestNeuralNetwork2(unittest.TestCase):
    def setUp(self):
        np.random.seed(1337)
        random.seed(1337)

    def make(self, optimizer, data_layer):
        net = NeuralNetwork.NeuralNetwork(optimizer, Initializers.UniformRandom(), Initializers.Constant(0.1))
        net.data_layer = data_layer
        net.loss_layer = Loss.CrossEntropyLoss()
        return net

    def iris(self, optimizer):
        net = self.make(optimizer, Helpers.IrisData(50))
        net.append_layer(FullyConnected.FullyConnected(4, 3))
        net.append_layer(ReLU.ReLU())
        net.append_layer(FullyConnected.FullyConnected(3, 3))
        net.append_layer(SoftMax.SoftMax())
        return net

    def accuracy(self, net):
        data, labels = net.data_layer.get_test_set()
        return Helpers.calculate_accuracy(net.test(data), labels)

    def test_append_layer(self):
        net = NeuralNetwork.NeuralNetwork(Optimizers.Sgd(1), Initializers.Constant(0.123), Initializers.Constant(0.123))
        net.append_layer(FullyConnected.FullyConnected(4, 3))
        net.append_layer(FullyConnected.FullyConnected(3, 3))
        self.assertEqual(len(net.layers), 2)
        self.assertFalse(net.layers[0].optimizer is net.layers[1].optimizer)
        self.assertTrue(np.all(net.layers[0].weights == 0.123))

    def test_data_access(self):
        net = self.iris(Optimizers.Sgd(1e-4))
        self.assertNotEqual(net.forward(), net.forward())

    def test_iris_data(self):
        net = self.iris(Optimizers.Sgd(1e-3))
        net.train(2000)
        self.assertGreater(self.accuracy(net), 0.8)

    def test_iris_data_with_momentum(self):
        net = self.iris(Optimizers.SgdWithMomentum(1e-3, 0.8))
        net.train(1000)
        self.assertGreater(self.accuracy(net), 0.8)

    def test_iris_data_with_adam(self):
        net = self.iris(Optimizers.Adam(1e-3, 0.98, 0.999))
        net.train(2000)
        self.assertGreater(self.accuracy(net), 0.8)

    def test_digit_data(self):
        net = NeuralNetwork.NeuralNetwork(
            Optimizers.Adam(5e-3, 0.98, 0.999), Initializers.He(), Initializers.Constant(0.1)
        )
        net.data_layer = Helpers.DigitData(200)
        net.loss_layer = Loss.CrossEntropyLoss()
        net.append_layer(Conv.Conv((1, 1), (1, 3, 3), 4))
        net.append_layer(ReLU.ReLU())
        net.append_layer(Pooling.Pooling((2, 2), (2, 2)))
        net.append_layer(Flatten.Flatten())
        net.append_layer(FullyConnected.FullyConnected(64, 32))
        net.append_layer(ReLU.ReLU())
        net.append_layer(FullyConnected.FullyConnected(32, 10))
        net.append_layer(SoftMax.SoftMax())
        net.train(60)
        self.assertGreater(self.accuracy(net), 0.5)


if __name__ == "__main__":
    unittest.main()
