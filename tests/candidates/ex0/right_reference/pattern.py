import matplotlib.pyplot as plt

from reference import patterns


class _Pattern:
    """A picture of the reference, drawn when it is asked for."""

    def __init__(self, picture, *arguments):
        self._picture, self._arguments = picture, arguments
        self.output = None

    def draw(self):
        self.output = self._picture(*self._arguments)
        return self.output.copy()

    def show(self):
        plt.imshow(self.output, cmap="gray")
        plt.show()


class Checker(_Pattern):
    def __init__(self, resolution, tile_size):
        super().__init__(patterns.checkerboard, resolution, tile_size)


class Circle(_Pattern):
    def __init__(self, resolution, radius, position):
        super().__init__(patterns.circle, resolution, radius, position)


class Spectrum(_Pattern):
    def __init__(self, resolution):
        super().__init__(patterns.spectrum, resolution)
