from Layers.Conv import Conv
from Layers.Flatten import Flatten
from Layers.FullyConnected import FullyConnected
from Layers.Initializers import Constant, He
from Layers.Pooling import Pooling
from Layers.ReLU import ReLU
from Layers.SoftMax import SoftMax
from NeuralNetwork import NeuralNetwork
from Optimization.Constraints import L2_Regularizer
from Optimization.Loss import CrossEntropyLoss
from Optimization.Optimizers import Adam


def build():
    optimizer = Adam(5e-4, 0.9, 0.999)
    optimizer.add_regularizer(L2_Regularizer(4e-4))
    net = NeuralNetwork(optimizer, He(), Constant(0))
    convolutions = [Conv((1, 1), (1, 5, 5), 6), ReLU(), Pooling((2, 2), (2, 2))]
    convolutions += [Conv((1, 1), (6, 5, 5), 16), ReLU(), Pooling((2, 2), (2, 2)), Flatten()]
    connected = [FullyConnected(784, 120), ReLU(), FullyConnected(120, 84), ReLU(), FullyConnected(84, 10), SoftMax()]
    for layer in convolutions + connected:
        net.append_layer(layer)
    net.loss_layer = CrossEntropyLoss()
    return net
