"""A tensor is an array of float64 whose first axis runs over the samples of a batch.

These letters keep their meaning in every comment: B samples in the batch, N inputs of a layer, M outputs of it; images
have C channels of Y rows and X columns, and a convolution has K kernels; a sequence has T times, and its layer a hidden
state of H numbers; a data set has S samples. A star stands for the axes Y, X of an image, or X alone of a signal.
"""

import numpy as np
import numpy.typing as npt

Tensor = npt.NDArray[np.float64]
