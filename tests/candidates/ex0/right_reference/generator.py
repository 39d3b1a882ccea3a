from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

from reference import images


class ImageGenerator:
    def __init__(self, file_path, label_path, batch_size, image_size, rotation=False, mirroring=False, shuffle=False):
        kinds = {"rotation": rotation, "mirroring": mirroring, "shuffle": shuffle}
        rng = np.random.default_rng(np.random.randint(1 << 31))
        data = images.read_images(Path(file_path), Path(label_path))
        self._generator = images.ImageGenerator(*data, batch_size, tuple(image_size), rng, **kinds)

    def next(self):
        return self._generator.next()

    def current_epoch(self):
        return self._generator.current_epoch()

    def class_name(self, x):
        return self._generator.class_name(int(x))

    def show(self):
        for number, (image, label) in enumerate(zip(*self.next()), 1):
            plt.subplot(3, -(-self._generator.batch_size // 3), number)
            plt.imshow(image / 255)
            plt.title(self.class_name(label))
        plt.show()
