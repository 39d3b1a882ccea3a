"""Batch normalization's forward pass, its phases and its reordering of images, as the course's tests see them. A
matrix is normalised column by column, an image channel by channel."""

from __future__ import annotations

import numpy as np
from support import FORWARD, assert_trainable, assert_training_phase, assert_unchanged

from exam.checks import assert_close, assert_shape, assert_true

CHANNELS = 3
MATRIX, IMAGES = (200, CHANNELS), (200, CHANNELS, 3, 4)
REFORMATTED = {"en": "the result of reformat", "de": "das Ergebnis von reformat"}


def make(student):
    return student.Layers.BatchNormalization.BatchNormalization(CHANNELS)


def draw(rng, shape):
    """Values whose mean and spread differ from channel to channel, far from 0 and 1."""
    by_channel = (CHANNELS,) + (1,) * (len(shape) - 2)
    scale, shift = rng.uniform(2, 4, by_channel), rng.uniform(2, 5, by_channel)
    return scale * rng.uniform(-1, 1, shape) + shift


def channels(tensor):
    """One row for each channel: (channels, everything else)."""
    return np.moveaxis(tensor, 1, 0).reshape(tensor.shape[1], -1)


def of_zeros(x):
    """What an input of zeros becomes with the moments of ``x``, channel by channel."""
    return -channels(x).mean(axis=1) / channels(x).std(axis=1)


def test_trainable(student):
    """Batch normalization says that it is trainable.

    de: Die Batch-Normalisierung gibt an, dass sie trainierbar ist.
    hint: Its scale (weights) and shift (bias) are learned: set `trainable = True` after `super().__init__()`.
    hint.de: Skalierung (weights) und Verschiebung (bias) werden gelernt: Setze `trainable = True` nach
      `super().__init__()`.
    """
    assert_trainable(make(student))


def test_default_phase(student):
    """A new layer is in the training phase.

    de: Eine neue Schicht ist in der Trainingsphase.
    hint: BaseLayer sets `self.testing_phase = False`.
    hint.de: BaseLayer setzt `self.testing_phase = False`.
    """
    assert_training_phase(make(student))


def test_forward_shape(student, rng):
    """A matrix keeps its shape.

    de: Eine Matrix behält ihre Form.
    hint: The input has shape (batch, channels), and so has the output.
    hint.de: Die Eingabe hat die Form (batch, channels), die Ausgabe ebenso.
    """
    assert_shape(make(student).forward(draw(rng, MATRIX)), MATRIX, what=FORWARD)


def test_forward_shape_convolutional(student, rng):
    """Images keep their shape.

    de: Bilder behalten ihre Form.
    hint: With four dimensions (batch, channels, height, width), reformat the input, normalise, and reformat back.
    hint.de: Bei vier Dimensionen (batch, channels, Höhe, Breite): reformat, normalisieren und zurück.
    """
    assert_shape(make(student).forward(draw(rng, IMAGES)), IMAGES, what=FORWARD)


def check_normalised(layer, x):
    """Each channel of the output has mean 0 and variance 1."""
    output = channels(assert_shape(layer.forward(x), x.shape, what=FORWARD))
    what = {"en": "the mean of each channel of the output", "de": "der Mittelwert jedes Kanals der Ausgabe"}
    assert_close(output.mean(axis=1), np.zeros(CHANNELS), what=what, rtol=0, atol=1.5e-7)
    variance = output.var(axis=1)
    assert_true(
        not np.allclose(variance, 1 / channels(x).var(axis=1)),
        "The output is divided by the variance; divide by the standard deviation, np.sqrt(variance + eps).",
        "Die Ausgabe ist durch die Varianz geteilt; teile durch die Standardabweichung, np.sqrt(Varianz + eps).",
    )
    # A mistake in eps shows as 1 - eps / variance.
    largest = float(np.max((1 - variance) * channels(x).var(axis=1)))
    assert_true(
        not 1e-7 < largest < 2e-2,
        f"The variance is off by what an eps of about {largest:.2g} does; eps must be smaller than 1e-10.",
        f"Die Varianz weicht so ab, wie ein eps von etwa {largest:.2g} es bewirkt; eps muss kleiner als 1e-10 sein.",
    )
    what = {"en": "the variance of each channel of the output", "de": "die Varianz jedes Kanals der Ausgabe"}
    assert_close(variance, np.ones(CHANNELS), what=what, rtol=0, atol=1.5e-7)


def test_forward(student, rng):
    """In training every column of the output has mean 0 and variance 1.

    de: Im Training hat jede Spalte der Ausgabe Mittelwert 0 und Varianz 1.
    hint: Subtract the batch's mean and divide by `np.sqrt(var + eps)`, with eps below 1e-10; gamma starts as 1, beta
      as 0.
    hint.de: Ziehe den Mittelwert des Batches ab und teile durch `np.sqrt(var + eps)`, mit eps unter 1e-10; gamma
      beginnt mit 1, beta mit 0.
    """
    check_normalised(make(student), draw(rng, MATRIX))


def test_forward_convolutional(student, rng):
    """In training every channel of the output has mean 0 and variance 1, over all images and pixels.

    de: Im Training hat jeder Kanal der Ausgabe Mittelwert 0 und Varianz 1, über alle Bilder und Pixel.
    hint: reformat turns (b, c, h, w) into (b * h * w, c); then each channel is a column.
    hint.de: reformat macht aus (b, c, h, w) die Form (b * h * w, c); dann ist jeder Kanal eine Spalte.
    """
    check_normalised(make(student), draw(rng, IMAGES))


def as_matrix(images):
    """(b, c, h, w) -> (b * h * w, c)."""
    return images.transpose(0, 2, 3, 1).reshape(-1, images.shape[1])


def test_reformat_image2vec(student, rng):
    """reformat turns images into a matrix with one row for each pixel and one column for each channel.

    de: reformat macht aus Bildern eine Matrix mit einer Zeile je Pixel und einer Spalte je Kanal.
    hint: Move the channels to the end first: `x.transpose(0, 2, 3, 1).reshape(-1, channels)`. A reshape alone mixes
      channels.
    hint.de: Bringe zuerst die Kanäle ans Ende: `x.transpose(0, 2, 3, 1).reshape(-1, channels)`. reshape allein mischt
      die Kanäle.
    """
    images = rng.standard_normal((5, CHANNELS, 6, 4))
    result = make(student).reformat(images)
    mixed = isinstance(result, np.ndarray) and np.array_equal(result, images.reshape(-1, CHANNELS))
    assert_true(
        not mixed,
        "reformat is a plain reshape: its columns mix values of several channels. Transpose first.",
        "reformat ist ein bloßes reshape: Seine Spalten mischen Werte mehrerer Kanäle. Transponiere zuerst.",
    )
    assert_close(result, as_matrix(images), what=REFORMATTED)


def test_reformat_vec2image(student, rng):
    """After a forward pass with images, reformat turns a matrix back into images of that shape.

    de: Nach einem Vorwärtslauf mit Bildern macht reformat aus einer Matrix wieder Bilder dieser Form.
    hint: Remember the image's shape in forward; `m.reshape(b, h, w, c).transpose(0, 3, 1, 2)`.
    hint.de: Merke dir die Bildform in forward; `m.reshape(b, h, w, c).transpose(0, 3, 1, 2)`.
    """
    images, layer = rng.standard_normal((5, CHANNELS, 6, 4)), make(student)
    layer.forward(rng.standard_normal(images.shape))
    assert_close(layer.reformat(as_matrix(images)), images, what=REFORMATTED)


def test_reformat(student, rng):
    """reformat there and back gives the images again.

    de: reformat hin und zurück ergibt wieder die Bilder.
    hint: Both directions must be each other's inverse: the order of transpose and reshape is reversed.
    hint.de: Beide Richtungen müssen zueinander invers sein: transpose und reshape in umgekehrter Reihenfolge.
    """
    images, layer = rng.standard_normal((5, CHANNELS, 6, 4)), make(student)
    layer.forward(rng.standard_normal(images.shape))
    matrix = student.remote(layer.reformat)(images)
    assert_close(layer.reformat(matrix), images, what=REFORMATTED)


def check_train_phase(layer, x):
    """A second batch in training is not normalised with what is stored of the first."""
    layer.forward(x)
    output = channels(assert_shape(layer.forward(np.zeros(x.shape)), x.shape, what=FORWARD))
    assert_true(
        not np.allclose(output.mean(axis=1), of_zeros(x)),
        "In training the second batch was normalised with the stored (running) mean and variance. Training uses those "
        "of the batch itself; the stored ones are for the testing phase.",
        "Im Training wurde der zweite Batch mit dem gespeicherten (laufenden) Mittelwert und der Varianz normalisiert. "
        "Im Training gelten die des Batches selbst; die gespeicherten sind für die Testphase.",
    )


def test_forward_train_phase(student, rng):
    """In training every batch is normalised with its own mean and variance.

    de: Im Training wird jeder Batch mit seinem eigenen Mittelwert und seiner eigenen Varianz normalisiert.
    hint: Use `np.mean(x, axis=0)` and `np.var(x, axis=0)` while `testing_phase` is False.
    hint.de: Benutze `np.mean(x, axis=0)` und `np.var(x, axis=0)`, solange `testing_phase` False ist.
    """
    check_train_phase(make(student), draw(rng, MATRIX))


def test_forward_train_phase_convolutional(student, rng):
    """In training every batch of images is normalised with its own mean and variance.

    de: Im Training wird jeder Batch aus Bildern mit seinem eigenen Mittelwert und seiner Varianz normalisiert.
    hint: As for a matrix, after reformat.
    hint.de: Wie bei einer Matrix, nach reformat.
    """
    check_train_phase(make(student), draw(rng, IMAGES))


def check_test_phase(student, layer, x):
    """After one batch in training, testing normalises with that batch's mean and variance."""
    kept = student.keep(x.copy())
    layer.forward(kept)
    assert_unchanged(student, kept, x, en="the input of forward", de="die Eingabe von forward")
    layer.testing_phase = True
    output = channels(assert_shape(layer.forward(np.zeros(x.shape)), x.shape, what=FORWARD))
    assert_true(
        output.any(),
        "In the testing phase zeros became zeros: they were normalised with their own mean. Testing uses the stored "
        "(running) mean and variance.",
        "In der Testphase wurden aus Nullen Nullen: Sie wurden mit ihrem eigenen Mittelwert normalisiert. Beim Testen "
        "gelten gespeicherter (laufender) Mittelwert und Varianz.",
    )
    mean = output.mean(axis=1)
    assert_true(*_first_batch(mean, x))
    what = {"en": "the output for zeros in each channel", "de": "die Ausgabe für Nullen in jedem Kanal"}
    assert_close(mean, of_zeros(x), what=what, rtol=0, atol=1.5e-7)
    what = {"en": "the variance of the output for zeros", "de": "die Varianz der Ausgabe für Nullen"}
    assert_close(output.var(axis=1), np.zeros(CHANNELS), what=what, rtol=0, atol=1.5e-7)


def _first_batch(mean, x):
    """Whether the moments may have begun with the first batch, and what to say where they have not."""
    batch_mean, batch_var = channels(x).mean(axis=1), channels(x).var(axis=1)
    for decay in (0.1, 0.2, 0.3, 0.7, 0.8, 0.9, 0.99):
        began = -(1 - decay) * batch_mean / np.sqrt((1 - decay) * batch_var + decay)
        if np.allclose(mean, began, rtol=1e-4):
            return (
                False,
                f"The running moments began at 0 and 1 and went on with a decay of {decay:g}; the first batch must set "
                "them: mean and variance of that batch, without decay.",
                f"Mittelwert und Varianz begannen bei 0 und 1 und gingen mit Faktor {decay:g} weiter; der erste Batch "
                "muss sie setzen: Mittelwert und Varianz dieses Batches, ohne Faktor.",
            )
        if np.allclose(mean, -(1 - decay) * batch_mean / np.sqrt((1 - decay) * batch_var), rtol=1e-4):
            return (
                False,
                f"The stored moments are {1 - decay:g} times those of the first batch. Either they began at 0, or the "
                "testing phase has averaged its own zeros into them.",
                f"Die gespeicherten Werte sind {1 - decay:g}-mal die des ersten Batches. Entweder begannen sie bei 0, "
                "oder die Testphase hat ihre eigenen Nullen hineingemittelt.",
            )
    return True, ""


def test_forward_test_phase(student, rng):
    """After one batch in training, the testing phase normalises with that batch's mean and variance.

    de: Nach einem Batch im Training normalisiert die Testphase mit dessen Mittelwert und Varianz.
    hint: The first batch sets the running mean and variance; only later ones are averaged in.
    hint.de: Der erste Batch setzt laufenden Mittelwert und Varianz; erst spätere werden hineingemittelt.
    """
    check_test_phase(student, make(student), draw(rng, MATRIX))


def test_forward_test_phase_convolutional(student, rng):
    """The same for images: one mean and one variance for each channel.

    de: Dasselbe bei Bildern: ein Mittelwert und eine Varianz je Kanal.
    hint: As for a matrix, after reformat.
    hint.de: Wie bei einer Matrix, nach reformat.
    """
    check_test_phase(student, make(student), draw(rng, IMAGES))
