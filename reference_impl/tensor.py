"""A tensor is an array of float64 whose first axis runs over the samples of a batch.

Three letters keep their meaning in every comment: B samples in the batch, N inputs of a layer, M outputs of it.
"""

import numpy as np
import numpy.typing as npt

Tensor = npt.NDArray[np.float64]
