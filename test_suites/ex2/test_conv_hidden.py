"""What the course's tests do not see of a convolution forwards: the values of kernels without any symmetry."""

from __future__ import annotations

import numpy as np
import pytest
from convolution import flipped, make
from reference_conv import outputs
from support import FORWARD, assert_tensor, assert_unchanged, name_mistake

from exam.checks import assert_close


def assert_values(student, rng, stride, size, kernels, image, given_stride=None, either_way=True):
    """Random kernels on random images give the cross-correlation; the extra zero of even kernels is on either side.

    Whether kernels are flipped is one case's to report; ``either_way`` is right for the others.
    """
    layer = make(student, stride if given_stride is None else given_stride, size, kernels)
    x = rng.standard_normal((2, size[0], *image))
    weights, bias = rng.standard_normal((kernels, *size)), rng.standard_normal(kernels)
    layer.weights, layer.bias = weights, bias
    right, turned = outputs(x, stride, weights, bias), outputs(x, stride, flipped(weights), bias)
    output = assert_tensor(layer.forward(x), right[0].shape, what=FORWARD)
    accepted = right + turned if either_way else right
    fitting = next((each for each in accepted if np.allclose(output, each)), right[0])
    name_mistake(output, fitting, _mistakes(x, stride, weights, bias))
    assert_close(output, fitting, what=FORWARD)


def _mistakes(x, stride, weights, bias):
    for wrong, en, de in (
        (flipped(weights), "Each kernel is flipped", "Jeder Kern ist gespiegelt"),
        (weights[:, ::-1], "The channels are in reverse order", "Die Kanäle sind in umgekehrter Reihenfolge"),
        (flipped(weights)[:, ::-1], "Kernels and channels are flipped", "Kerne und Kanäle sind gespiegelt"),
    ):
        text = f"{en}: forward should correlate, not convolve."
        sagt = f"{de}: forward soll korrelieren, nicht falten."
        yield from ((each, text, sagt) for each in outputs(x, stride, np.ascontiguousarray(wrong), bias))
    for without in outputs(x, stride, weights, 0 * bias):
        yield without, "The bias was not added.", "Der Bias wurde nicht addiert."


@pytest.mark.advisory
def test_kernel_orientation(student, rng):
    """forward is a cross-correlation: kernels are laid on the image as they are.

    de: forward ist eine Kreuzkorrelation: Kerne werden auf das Bild gelegt, wie sie sind.
    hint: `scipy.signal.correlate` with mode "same"; `convolve` flips the kernel first.
    hint.de: `scipy.signal.correlate` mit mode "same"; `convolve` spiegelt den Kern vorher.
    why: The kernels of the course's tests look the same when flipped.
    why.de: Die Kerne der Kurstests sehen gespiegelt genauso aus.
    """
    assert_values(student, rng, (1, 1), (1, 3, 5), 1, (6, 8), either_way=False)


@pytest.mark.advisory
def test_kernels_and_channels(student, rng):
    """Each kernel has a slice and a weight of its own for each channel, and a bias of its own.

    de: Jeder Kern hat für jeden Kanal eine eigene Scheibe, und einen eigenen Bias.
    hint: output[b, k] = sum over c of correlate(input[b, c], weights[k, c]) + bias[k].
    hint.de: output[b, k] = Summe über c von correlate(input[b, c], weights[k, c]) + bias[k].
    why: In the course's tests all channels have the same slice, and there is one kernel.
    why.de: In den Kurstests haben alle Kanäle dieselbe Scheibe, und es gibt nur einen Kern.
    """
    assert_values(student, rng, (1, 1), (3, 3, 3), 4, (6, 8))


@pytest.mark.advisory
def test_stride_begins_at_the_first_place(student, rng):
    """A stride keeps the first row and column, and every so many after it.

    de: Eine Schrittweite behält die erste Zeile und Spalte und danach jede soundsovielte.
    hint: `output[:, :, ::stride_y, ::stride_x]`: the first number belongs to the rows.
    hint.de: `output[:, :, ::schritt_y, ::schritt_x]`: Die erste Zahl gehört zu den Zeilen.
    why: With a stride, the course's tests look at the shape only.
    why.de: Mit Schrittweite sehen sich die Kurstests nur die Form an.
    """
    assert_values(student, rng, (2, 3), (2, 3, 3), 2, (7, 8))


@pytest.mark.advisory
@pytest.mark.parametrize("size", [(2, 4, 3), (2, 3, 2), (2, 2, 4), (1, 6, 6)], ids=lambda size: f"{size[1]}x{size[2]}")
def test_even_kernels(student, rng, size):
    """A kernel of even size is laid on the image whole, its extra zero before or after.

    de: Ein Kern gerader Größe wird ganz auf das Bild gelegt, seine zusätzliche Null davor oder dahinter.
    hint: Pad size // 2 zeros on one side and (size - 1) // 2 on the other, in each direction.
    hint.de: Fülle size // 2 Nullen auf der einen und (size - 1) // 2 auf der anderen Seite auf, in jede Richtung.
    why: With even kernels, the course's tests look at the shape only.
    why.de: Bei geraden Kernen sehen sich die Kurstests nur die Form an.
    """
    assert_values(student, rng, (1, 1), size, 2, (7, 8))


@pytest.mark.advisory
def test_kernel_larger_than_the_image(student, rng):
    """A kernel may be larger than the image; most of it then meets zeros.

    de: Ein Kern darf größer als das Bild sein; das meiste davon trifft dann auf Nullen.
    hint: Pad with zeros before you correlate: kernel - 1 of them in each direction, whatever the image's size.
    hint.de: Fülle mit Nullen auf, bevor du korrelierst: Kern - 1 davon in jede Richtung, wie groß das Bild auch ist.
    why: The images of the course's tests are larger than the kernels.
    why.de: Die Bilder der Kurstests sind größer als die Kerne.
    """
    assert_values(student, rng, (1, 1), (1, 5, 7), 2, (4, 3))


@pytest.mark.advisory
@pytest.mark.parametrize("stride", [1, 2], ids=lambda stride: f"stride {stride}")
def test_signals(student, rng, stride):
    """A 1-D convolution correlates each channel of a signal with its kernel.

    de: Eine 1-D-Faltung korreliert jeden Kanal eines Signals mit seinem Kern.
    hint: A signal is an image with one column: add an axis of size 1 to input and weights, and take it away again.
    hint.de: Ein Signal ist ein Bild mit einer Spalte: Gib Eingabe und Gewichten eine Achse der Größe 1, und nimm sie
      wieder weg.
    why: Of signals, the course's tests look at the shape only.
    why.de: Bei Signalen sehen sich die Kurstests nur die Form an.
    """
    assert_values(student, rng, (stride,), (3, 5), 4, (12,), given_stride=[stride])


@pytest.mark.advisory
def test_a_single_number_as_stride(student, rng):
    """A stride given as one number holds for rows and columns.

    de: Eine Schrittweite, die als eine Zahl angegeben ist, gilt für Zeilen und Spalten.
    hint: `if isinstance(stride_shape, int): stride_shape = (stride_shape, stride_shape)`.
    hint.de: `if isinstance(stride_shape, int): stride_shape = (stride_shape, stride_shape)`.
    why: The exercise allows a single value; the course's tests never pass one.
    why.de: Die Aufgabe erlaubt einen einzelnen Wert; die Kurstests geben nie einen an.
    """
    assert_values(student, rng, (2, 2), (2, 3, 3), 2, (7, 8), given_stride=2)


@pytest.mark.advisory
def test_each_batch_by_itself(student, rng):
    """One layer works on batches and images of any size, one after the other.

    de: Eine Schicht bearbeitet Batches und Bilder jeder Größe, nacheinander.
    hint: Take all sizes from the input of each call; keep no array whose shape comes from the first one.
    hint.de: Nimm alle Größen aus der Eingabe jedes Aufrufs; behalte kein Feld, dessen Form vom ersten stammt.
    why: The course's tests use a layer for one shape only. The last batch of an epoch may be shorter.
    why.de: Die Kurstests benutzen jede Schicht nur für eine Form. Der letzte Batch einer Epoche kann kürzer sein.
    """
    used = make(student, (2, 1), (2, 3, 3), 2)
    weights, bias = used.weights, used.bias
    for shape in ((3, 2, 6, 5), (1, 2, 6, 5), (2, 2, 4, 7)):
        fresh = make(student, (2, 1), (2, 3, 3), 2)
        fresh.weights, fresh.bias = weights, bias
        x = rng.standard_normal(shape)
        expected = assert_tensor(fresh.forward(x), what=FORWARD)
        error = rng.standard_normal(expected.shape)
        fresh.backward(error)
        assert_close(used.forward(x), expected, what=FORWARD)
        used.backward(error)
        for name in ("gradient_weights", "gradient_bias"):
            assert_close(getattr(used, name), getattr(fresh, name), what=name)


@pytest.mark.advisory
def test_arguments_stay_as_they_are(student, rng):
    """forward and backward do not change the arrays that they are given.

    de: forward und backward verändern die Felder nicht, die sie bekommen.
    hint: Write into arrays of your own; `error_tensor[…] = …` writes into the caller's.
    hint.de: Schreibe in eigene Felder; `error_tensor[…] = …` schreibt in das des Aufrufers.
    why: The course's tests do not use their arrays again, but a network's other layers may have kept them.
    why.de: Die Kurstests benutzen ihre Felder danach nicht mehr, andere Schichten eines Netzes vielleicht schon.
    """
    layer = make(student, (1, 1), (2, 3, 3), 2)
    x, error = rng.standard_normal((2, 2, 2, 5, 6))
    kept_x, kept_error = student.keep(x.copy()), student.keep(error.copy())
    layer.forward(kept_x)
    layer.backward(kept_error)
    assert_unchanged(student, kept_x, x, en="the input of forward", de="die Eingabe von forward")
    assert_unchanged(student, kept_error, error, en="the error given to backward", de="der Fehler für backward")
