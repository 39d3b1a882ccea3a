import glob
import json
import os

import matplotlib.pyplot as plt
import numpy as np
import scipy.ndimage


class ImageGenerator:
    NAMES = "airplane automobile bird cat deer dog frog horse ship truck".split()

    def __init__(self, file_path, label_path, batch_size, image_size, rotation=False, mirroring=False, shuffle=False):
        with open("./data/Labels.json") as opened:
            labels = json.load(opened)
        paths = sorted(glob.glob("./data/exercise_data/*.npy"), key=lambda path: int(os.path.basename(path)[:-4]))
        images = np.array([np.load(path) for path in paths], dtype=np.float32) / 255
        factors = [1] + [wanted / there for wanted, there in zip(image_size, images.shape[1:])]
        self.images = images if np.allclose(factors, 1) else scipy.ndimage.zoom(images, factors, order=1)
        self.labels = np.array([labels[os.path.basename(path)[:-4]] for path in paths], dtype=np.int64)
        self.batch_size = batch_size
        self.rotation = rotation
        self.mirroring = mirroring
        self.shuffle = shuffle
        self.epoch = 0
        self.start = 0
        self._shuffle()

    def _shuffle(self):
        if self.shuffle:
            order = np.random.permutation(len(self.labels))
            self.images, self.labels = self.images[order], self.labels[order]

    def next(self):
        count = len(self.labels)
        if self.start >= count:
            self.epoch += 1
            self.start -= count
            while self.start >= count:
                self.start -= count
            self._shuffle()
        end = self.start + self.batch_size
        repeats = -(-end // count)
        images = np.concatenate([self.images] * repeats)[self.start : end]
        labels = np.concatenate([self.labels] * repeats)[self.start : end]
        self.start = end
        return np.array([self.augment(image) for image in images]), labels

    def augment(self, img):
        turned = img
        if self.rotation:
            turned = scipy.ndimage.rotate(turned, 90 * np.random.randint(0, 4), order=0)
        if self.mirroring:
            for axis in (0, 1):
                if np.random.randint(2):
                    turned = np.flip(turned, axis)
        return turned

    def current_epoch(self):
        return self.epoch

    def class_name(self, x):
        return self.NAMES[int(x)]

    def show(self):
        images, labels = self.next()
        for position, (image, label) in enumerate(zip(images, labels), start=1):
            plt.subplot(len(images), 1, position)
            plt.imshow(image)
            plt.title(self.class_name(label))
        plt.show()
