"""The network as an ONNX file, which is what is handed in to the challenge."""

from __future__ import annotations

import pytest
from support import FEW, OUTPUT, assert_probabilities, make_trainer, seed_from

from exam.checks import assert_close, assert_equal, assert_true

OPSET = 10


def export(student, rng):
    """A new network and some images; the student's trainer has written the network to a file."""
    pictures = student.ExamNets.pictures(FEW, seed_from(rng))
    net = student.model.ResNet()
    assert_true(
        student.ExamNets.export(make_trainer(student, net)),
        "save_onnx(file) did not write the file.",
        "save_onnx(file) hat die Datei nicht geschrieben.",
    )
    return net, pictures


def test_save_onnx(student, rng):
    """A trainer that was given a network, a loss and cuda=False saves the network as an ONNX file.

    de: Ein Trainer, der ein Netz, einen Verlust und cuda=False bekommen hat, speichert das Netz als ONNX-Datei.
    hint: Leave the constructor and save_onnx as they were given. In the network use only what ONNX knows: layers of
      torch.nn, and no sizes worked out with Python or NumPy.
    hint.de: Lass den Konstruktor und save_onnx, wie sie gegeben waren. Benutze im Netz nur, was ONNX kennt: Schichten
      aus torch.nn und keine Größen, die mit Python oder NumPy berechnet sind.
    """
    export(student, rng)


def test_prediction_after_save_and_load(student, rng):
    """The saved network gives two probabilities in [0, 1] for each image, whatever the size of the batch.

    de: Das gespeicherte Netz gibt für jedes Bild zwei Wahrscheinlichkeiten in [0, 1], gleich wie groß der Batch ist.
    hint: The batch is the first axis everywhere: `x.flatten(1)` or `x.view(x.size(0), -1)`, no fixed number and no
      `squeeze()` without an axis. save_onnx marks that axis as dynamic.
    hint.de: Der Batch ist überall die erste Achse: `x.flatten(1)` oder `x.view(x.size(0), -1)`, keine feste Zahl und
      kein `squeeze()` ohne Achse. save_onnx kennzeichnet diese Achse als dynamisch.
    """
    _, pictures = export(student, rng)
    assert_probabilities(student.ExamNets.run_onnx(pictures), FEW)


@pytest.mark.advisory
def test_form_of_the_file(student, rng):
    """The file has the form that save_onnx was given for: input and output of that name, batches of any size, opset 10.

    de: Die Datei hat die Form, die save_onnx vorgibt: Ein- und Ausgang dieses Namens, Batches jeder Größe, Opset 10.
    hint: Leave save_onnx as it was given: `input_names`, `output_names`, `opset_version=10`, and `dynamic_axes` for
      axis 0 of both.
    hint.de: Lass save_onnx, wie es gegeben war: `input_names`, `output_names`, `opset_version=10` und `dynamic_axes`
      für Achse 0 von beiden.
    why: The course's tests run whatever onnxruntime can read. The challenge asks for input and output by name, may give
      batches of another size than the promised one, and may run an older onnxruntime.
    why.de: Die Kurstests führen aus, was onnxruntime lesen kann. Die Challenge fragt nach Ein- und Ausgang mit Namen,
      gibt vielleicht Batches von anderer als der versprochenen Größe und hat vielleicht ein älteres onnxruntime.
    """
    export(student, rng)
    facts = student.ExamNets.onnx_facts()
    inputs, outputs = ([str(name) for name in facts[end]] for end in ("inputs", "outputs"))
    assert_true(
        inputs == ["input"] and outputs == ["output"],
        f"The file has the inputs {inputs} and the outputs {outputs}.",
        f"Die Datei hat die Eingänge {inputs} und die Ausgänge {outputs}.",
    )
    fixed = facts["fixed"]
    assert_true(
        not any(fixed),
        f"The first axes of input and output are {fixed}, where 0 stands for any size.",
        f"Die ersten Achsen von Eingang und Ausgang sind {fixed}, wobei 0 für jede Größe steht.",
    )
    assert_equal(facts["opset"], OPSET, what={"en": "the file's opset", "de": "das Opset der Datei"})


@pytest.mark.advisory
def test_file_and_network_agree(student, rng):
    """The file computes what the network computes in evaluation mode.

    de: Die Datei berechnet, was das Netz im Auswertungsmodus berechnet.
    hint: save_onnx calls `model.eval()` before the export, so that batch normalisation and dropout are as in a test.
    hint.de: save_onnx ruft vor dem Export `model.eval()` auf, damit Batch-Normalisierung und Dropout wie im Test sind.
    why: The course's tests only look at the range of the output. A network that is exported in training mode does badly
      in the challenge.
    why.de: Die Kurstests sehen nur auf den Bereich der Ausgabe. Ein im Trainingsmodus exportiertes Netz schneidet in
      der Challenge schlecht ab.
    """
    net, pictures = export(student, rng)
    from_file = student.ExamNets.run_onnx(pictures)
    assert_close(from_file, student.ExamNets.predict(net, pictures), what=OUTPUT, rtol=1e-3, atol=1e-4)
