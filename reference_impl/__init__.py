"""The reference network: what a correct solution of the exercises computes, in NumPy alone and meant to be read.

Read in this order: tensor (what the letters for sizes mean), initializers, layers, activations, loss, regularizers,
optimizers, network, training, saving; then windows, convolution, pooling, batch_norm, dropout, lenet; then recurrent.
patterns and images, exercise 0, stand by themselves. Each file holds one idea and imports only from those before it.
"""

from reference_impl.activations import ReLU, Sigmoid, SoftMax, TanH
from reference_impl.batch_norm import BatchNorm
from reference_impl.convolution import Conv
from reference_impl.dropout import Dropout
from reference_impl.images import ImageGenerator, read_images, resize
from reference_impl.initializers import Constant, He, Initializer, UniformRandom, Xavier
from reference_impl.layers import Flatten, FullyConnected, Layer
from reference_impl.lenet import lenet, lenet_optimizer
from reference_impl.loss import CrossEntropyLoss, L2Loss, Loss
from reference_impl.network import NeuralNetwork
from reference_impl.optimizers import Adam, Optimizer, Sgd, SgdWithMomentum
from reference_impl.patterns import checkerboard, circle, spectrum
from reference_impl.pooling import MaxPool
from reference_impl.recurrent import LSTM, RNN
from reference_impl.regularizers import L1Regularizer, L2Regularizer, Regularizer
from reference_impl.saving import load, save
from reference_impl.training import accuracy, regularization_loss, train

__all__ = [
    "LSTM",
    "RNN",
    "Adam",
    "BatchNorm",
    "Constant",
    "Conv",
    "CrossEntropyLoss",
    "Dropout",
    "Flatten",
    "FullyConnected",
    "He",
    "ImageGenerator",
    "Initializer",
    "L1Regularizer",
    "L2Loss",
    "L2Regularizer",
    "Layer",
    "Loss",
    "MaxPool",
    "NeuralNetwork",
    "Optimizer",
    "ReLU",
    "Regularizer",
    "Sgd",
    "SgdWithMomentum",
    "Sigmoid",
    "SoftMax",
    "TanH",
    "UniformRandom",
    "Xavier",
    "accuracy",
    "checkerboard",
    "circle",
    "lenet",
    "lenet_optimizer",
    "load",
    "read_images",
    "regularization_loss",
    "resize",
    "save",
    "spectrum",
    "train",
]
