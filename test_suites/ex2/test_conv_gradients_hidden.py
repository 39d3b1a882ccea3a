"""What the course's tests do not see of a convolution backwards. Each gradient must be the slope of the layer's own
forward pass: so these cases take flipped kernels and either side of an even kernel's extra zero, too."""

from __future__ import annotations

import pytest
from convolution import GradientCheck, make
from support import BACKWARD, assert_tensor

from exam.checks import assert_close

EVEN = (2, 4, 2)
SMALL_IMAGE = (5, 6)


@pytest.mark.advisory
@pytest.mark.limits(cpu_s=40)
def test_error_in_every_entry(student, rng):
    """The error that comes back is right at the edge, too.

    de: Der Fehler, der zurückkommt, stimmt auch am Rand.
    hint: The padding of backward must fit that of forward; an oblong kernel shows where rows and columns are mixed up.
    hint.de: Die Auffüllung in backward muss zu der in forward passen; ein länglicher Kern zeigt, wo Zeilen und Spalten
      vertauscht sind.
    why: The course's test of this gradient forgives 5 %, and its kernels are square.
    why.de: Der Kurstest dieses Gradienten verzeiht 5 %, und seine Kerne sind quadratisch.
    """
    GradientCheck(student, rng, (1, 1), (2, 3, 5), 3, SMALL_IMAGE).assert_input()


@pytest.mark.advisory
@pytest.mark.limits(cpu_s=40)
def test_error_with_wide_strides(student, rng):
    """So it is with a stride that does not divide the image, in both directions.

    de: So ist es auch mit einer Schrittweite, die das Bild nicht teilt, in beide Richtungen.
    hint: `upsampled[:, :, ::stride_y, ::stride_x] = error_tensor`, in an array of the INPUT's size.
    hint.de: `aufgeweitet[:, :, ::schritt_y, ::schritt_x] = error_tensor`, in einem Feld in der Größe der EINGABE.
    why: The course's test of this gradient has stride 2 in one direction only.
    why.de: Der Kurstest dieses Gradienten hat nur in einer Richtung Schrittweite 2.
    """
    GradientCheck(student, rng, (2, 3), (2, 3, 3), 2, (7, 8)).assert_input()


@pytest.mark.advisory
@pytest.mark.limits(cpu_s=40)
def test_weights_with_oblong_kernels(student, rng):
    """gradient_weights is right for several oblong kernels with unequal strides.

    de: gradient_weights stimmt für mehrere längliche Kerne mit ungleichen Schrittweiten.
    hint: Pad rows by the kernel's rows and columns by its columns; the first number of a shape belongs to the rows.
    hint.de: Fülle Zeilen nach den Zeilen des Kerns auf und Spalten nach seinen Spalten; die erste Zahl einer Form
      gehört zu den Zeilen.
    why: The kernels and strides of the course's gradient tests are square.
    why.de: Kerne und Schrittweiten der Gradiententests des Kurses sind quadratisch.
    """
    GradientCheck(student, rng, (1, 2), (2, 3, 5), 3, SMALL_IMAGE).assert_weights()


@pytest.mark.advisory
@pytest.mark.limits(cpu_s=40)
def test_error_of_even_kernels(student, rng):
    """The error that comes back is right for kernels of even size.

    de: Der Fehler, der zurückkommt, stimmt bei Kernen gerader Größe.
    hint: What forward pads before the image, backward must pad AFTER the error, and the other way round.
    hint.de: Was forward vor dem Bild auffüllt, muss backward NACH dem Fehler auffüllen, und umgekehrt.
    why: The course's gradient tests have odd kernels only. With even ones, three of four solutions are off by a place.
    why.de: Die Gradiententests des Kurses haben nur ungerade Kerne. Bei geraden liegen drei von vier Lösungen um eine
      Stelle daneben.
    """
    GradientCheck(student, rng, (1, 1), EVEN, 2, SMALL_IMAGE).assert_input()


@pytest.mark.advisory
@pytest.mark.limits(cpu_s=40)
def test_weights_of_even_kernels(student, rng):
    """gradient_weights is right for kernels of even size.

    de: gradient_weights stimmt bei Kernen gerader Größe.
    hint: Keep the padded input of forward, and correlate exactly that with the error.
    hint.de: Behalte die aufgefüllte Eingabe von forward, und korreliere genau sie mit dem Fehler.
    why: The course's gradient tests have odd kernels only.
    why.de: Die Gradiententests des Kurses haben nur ungerade Kerne.
    """
    GradientCheck(student, rng, (1, 1), EVEN, 2, SMALL_IMAGE).assert_weights()


@pytest.mark.advisory
@pytest.mark.parametrize("stride", [1, 2], ids=lambda stride: f"stride {stride}")
def test_error_of_signals(student, rng, stride):
    """The error that comes back is right in one dimension.

    de: Der Fehler, der zurückkommt, stimmt in einer Dimension.
    hint: A signal is an image with one column; take the extra axis away again before you return.
    hint.de: Ein Signal ist ein Bild mit einer Spalte; nimm die zusätzliche Achse wieder weg, bevor du zurückgibst.
    why: Of signals, the course's tests look at the shape only.
    why.de: Bei Signalen sehen sich die Kurstests nur die Form an.
    """
    GradientCheck(student, rng, (stride,), (3, 3), 2, (9,)).assert_input()


@pytest.mark.advisory
@pytest.mark.parametrize("stride", [1, 2], ids=lambda stride: f"stride {stride}")
def test_weights_of_signals(student, rng, stride):
    """gradient_weights and gradient_bias are right in one dimension.

    de: gradient_weights und gradient_bias stimmen in einer Dimension.
    hint: gradient_weights has the shape of weights, (kernels, channels, length), without the extra axis.
    hint.de: gradient_weights hat die Form von weights, (Kerne, Kanäle, Länge), ohne die zusätzliche Achse.
    why: Of signals, the course's tests look at the shape only.
    why.de: Bei Signalen sehen sich die Kurstests nur die Form an.
    """
    check = GradientCheck(student, rng, (stride,), (3, 3), 2, (9,))
    check.assert_weights()
    check.assert_bias()


@pytest.mark.advisory
def test_gradients_do_not_pile_up(student, rng):
    """A second backward pass gives the same gradients as the first.

    de: Ein zweiter Rückwärtslauf gibt dieselben Gradienten wie der erste.
    hint: Assign gradient_weights and gradient_bias anew in each call of backward.
    hint.de: Weise gradient_weights und gradient_bias in jedem Aufruf von backward neu zu.
    why: The course's tests run backward once before they look at the gradients.
    why.de: Die Kurstests rufen backward nur einmal auf, bevor sie sich die Gradienten ansehen.
    """
    layer = make(student, (1, 1), (2, 3, 3), 2)
    x, error = rng.standard_normal((2, 2, 2, *SMALL_IMAGE))
    layer.forward(x)
    returned = assert_tensor(layer.backward(error), x.shape, what=BACKWARD)
    first = layer.gradient_weights, layer.gradient_bias
    assert_close(layer.backward(error), returned, what=BACKWARD)
    assert_close(layer.gradient_weights, first[0], what="gradient_weights")
    assert_close(layer.gradient_bias, first[1], what="gradient_bias")
