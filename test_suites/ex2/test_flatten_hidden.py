"""What the course's tests do not see of Flatten: other shapes, one after the other."""

from __future__ import annotations

import numpy as np
import pytest
from support import BACKWARD, FORWARD

from exam.checks import assert_close


@pytest.mark.advisory
def test_each_batch_by_itself(student, rng):
    """One layer flattens inputs of any shape, one after the other.

    de: Eine Schicht flacht Eingaben jeder Form ab, eine nach der anderen.
    hint: Take the shape from the input of each call; neither the number of axes nor the batch size is fixed.
    hint.de: Nimm die Form aus der Eingabe jedes Aufrufs; weder die Zahl der Achsen noch die Batchgröße liegt fest.
    why: The course's tests have one shape. A 1-D convolution gives three axes, and the last batch may be shorter.
    why.de: Die Kurstests haben nur eine Form. Eine 1-D-Faltung gibt drei Achsen, und der letzte Batch ist oft kürzer.
    """
    layer = student.Layers.Flatten.Flatten()
    for shape in ((4, 3, 5, 2), (1, 3, 5, 2), (2, 6, 7), (3, 4)):
        rows = (shape[0], int(np.prod(shape[1:])))
        x, error = rng.random(shape), rng.random(rows)
        assert_close(layer.forward(x), x.reshape(rows), what=FORWARD)
        assert_close(layer.backward(error), error.reshape(shape), what=BACKWARD)
