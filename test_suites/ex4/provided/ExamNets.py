"""Small networks, batches and trainings beside the student's code; what is told here is the candidate's own claim."""

import copy
import functools
import importlib
import inspect
import os
import warnings
from pathlib import Path

import numpy as np
import torch
from ExamData import as_array
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

ONNX = "exam.onnx"
# The course writes opset 10, which only the exporter by way of TorchScript can; it was the standard one when the course
# was made. Who asks for the other one gets it.
torch.onnx.export = functools.partial(torch.onnx.export, dynamo=False)
warnings.filterwarnings("ignore", category=DeprecationWarning, message=".*TorchScript.*")
os.makedirs("checkpoints", exist_ok=True)


def pictures(number, seed):
    """(number, 3, 300, 300), uniform in [0, 1); the networks made after it are a function of ``seed`` as well."""
    torch.manual_seed(seed)
    return torch.rand(number, 3, 300, 300)


def predict(net, inputs):
    """The output in evaluation mode, as an array."""
    net.eval()
    with torch.no_grad():
        return as_array(net(inputs))


def shake(net, strength):
    """Move each weight at random, by ``strength`` times what is usual among the weights of its layer."""
    with torch.no_grad():
        for weights in net.parameters():
            weights.add_(torch.randn_like(weights) * (strength * (0.05 + weights.std(unbiased=False))))


def first_gradient(net, inputs):
    """The largest gradient of the first layer that has weights, for the sum of the outputs."""
    net.train()
    net(inputs).sum().backward()
    gradient = next(net.parameters()).grad
    return 0.0 if gradient is None else float(gradient.abs().max())


def residual(outputs, stride):
    """How the student's block of 8 channels treats 16 x 16 pixels: its class, the shape that comes out, and whether
    anything gets through once all kernels larger than 1 x 1 are zero. None where there is no such block."""
    for name, block in inspect.getmembers(importlib.import_module("model"), inspect.isclass):
        if issubclass(block, nn.Module) and "block" in name.lower():
            try:
                net = block(8, outputs, stride)
            except TypeError:  # this class is made in another way
                continue
            return name, *_behaviour(net)
    return None


def _behaviour(net):
    first, second = torch.randn(2, 4, 8, 16, 16)
    shape = tuple(net(first).shape)
    for layer in net.modules():
        if isinstance(layer, nn.Conv2d) and max(layer.kernel_size) > 1:
            nn.init.zeros_(layer.weight)
    return shape, not torch.allclose(net(first), net(second), atol=1e-6)


# --- ONNX -------------------------------------------------------------------------------------------------------------


def export(trainer):
    """Let the student's trainer write the network; whether a file came of it."""
    trainer.save_onnx(ONNX)
    return Path(ONNX).is_file()


def run_onnx(inputs):
    """What onnxruntime makes of the file."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(ONNX, options, providers=["CPUExecutionProvider"])
    return session.run(None, {session.get_inputs()[0].name: as_array(inputs)})[0]


def onnx_facts():
    """Of the file: names and first dimensions of its inputs and outputs, and its opset."""
    import onnx

    model = onnx.load(ONNX, load_external_data=False)
    initial = {weights.name for weights in model.graph.initializer}
    inputs = [value for value in model.graph.input if value.name not in initial]
    return {
        "inputs": [value.name for value in inputs],
        "outputs": [value.name for value in model.graph.output],
        "fixed": [_first_dimension(value) for value in (*inputs, *model.graph.output)],
        "opset": max(entry.version for entry in model.opset_import if entry.domain in ("", "ai.onnx")),
    }


def _first_dimension(value):
    """Its size, or 0 where it is free."""
    return int(value.type.tensor_type.shape.dim[0].dim_value)


# --- training ---------------------------------------------------------------------------------------------------------


MOST_PASSES = 1 << 12


class Endless(Exception):
    """This training does not end."""


class Net(nn.Module):
    """Tells bright from dark in two channels, and notes the mode of each of its forward passes."""

    def __init__(self):
        super().__init__()
        self.layers = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(3, 2), nn.Sigmoid())
        self.modes = []
        self.most_passes = MOST_PASSES

    def forward(self, x):
        if len(self.modes) >= self.most_passes:
            raise Endless
        self.modes.append((self.training, torch.is_grad_enabled()))
        return self.layers(x)


class Bench:
    """The student's trainer with such a network and four batches of eight small images. ``contrary``: the labels of the
    validation are the opposite of those of the training, so that the more is learned the worse it gets. ``rate``: how
    fast it learns. ``options``: more arguments of the trainer."""

    def __init__(self, trainer_class, seed, contrary=False, rate=0.5, **options):
        torch.manual_seed(seed)
        y = torch.randint(0, 2, (32, 2)).float()
        x = 0.1 * torch.rand(32, 3, 8, 8)
        x[:, :2] += y[:, :, None, None]
        self.batches = DataLoader(TensorDataset(x, y), batch_size=8)
        validation = DataLoader(TensorDataset(x, 1 - y if contrary else y), batch_size=8)
        self.net = Net()
        self.trainer = trainer_class(
            self.net,
            nn.BCELoss(),
            torch.optim.SGD(self.net.parameters(), lr=rate),
            self.batches,
            validation,
            **options,
        )

    def step(self, index):
        """One training step with this batch."""
        self.trainer.train_step(*list(self.batches)[index])

    def validate(self):
        """One validation step."""
        self.trainer.val_test_step(*next(iter(self.batches)))

    def weights(self):
        """All of them, in one row."""
        return np.concatenate([as_array(weights).ravel() for weights in self.net.parameters()])

    def take_over(self, other):
        """Begin with the weights that another bench has reached."""
        self.net.load_state_dict(copy.deepcopy(other.net.state_dict()))

    def spoil(self):
        """Other weights."""
        with torch.no_grad():
            for weights in self.net.parameters():
                weights.add_(1.0)

    def modes(self, method):
        """The distinct (training, with gradients) of the forward passes in one call of a method."""
        self.net.modes.clear()
        getattr(self.trainer, method)()
        return sorted(set(self.net.modes))

    def fit(self, epochs):
        """What fit returns, as lists of plain numbers; None where it is something else."""
        returned = self.trainer.fit(epochs)
        try:
            return [[float(loss) for loss in losses] for losses in returned]
        except (TypeError, ValueError):
            return None

    def fit_to_the_end(self, most):
        """How many epochs fit runs that is not told a number; ``most`` if it does not end before."""
        self.net.most_passes = most * 2 * len(self.batches)
        try:
            self.trainer.fit()
        except Endless:
            return most
        return len(self.net.modes) // (2 * len(self.batches))

    def losses(self):
        """(what train_epoch returns, what val_test returns, the mean loss over all images), as plain numbers."""
        with torch.no_grad():
            x, y = self.batches.dataset.tensors
            mean = float(nn.functional.binary_cross_entropy(self.net(x), y))
        return float(self.trainer.train_epoch()), float(self.trainer.val_test()), mean

    def saved(self):
        """How many files lie among the checkpoints."""
        return sum(path.is_file() for path in Path("checkpoints").rglob("*"))


def moves_to_the_gpu(trainer_class, seed, **options):
    """The class of everything that a trainer sends to a GPU in one epoch, on a machine that seems to have one."""
    moved = []

    def noted(self, *args, **kwargs):
        moved.append(type(self).__name__)
        return self

    def noted_to(original):
        def to(self, *args, **kwargs):
            if any(str(argument).startswith("cuda") for argument in (*args, *kwargs.values())):
                return noted(self)
            return original(self, *args, **kwargs)

        return to

    torch.cuda.is_available = lambda: True
    for kind in (torch.Tensor, nn.Module):
        kind.cuda, kind.to = noted, noted_to(kind.to)
    bench = Bench(trainer_class, seed, **options)
    bench.trainer.train_epoch()
    bench.trainer.val_test()
    return moved
