import json
import random

import numpy as np
import pylab
import skimage.transform as st


class ImageGenerator:
    def __init__(self, file_path, label_path, batch_size, image_size, rotation=False, mirroring=False, shuffle=False):
        self.labels = {name: np.uint8(label) for name, label in json.load(open(label_path)).items()}
        self.path, self.batch_size, self.image_size = file_path, batch_size, image_size
        self.rotation, self.mirroring, self.shuffle = rotation, mirroring, shuffle
        self.epoch = 0
        self.batches = self._batches()

    def _batches(self):
        names = list(self.labels)
        for epoch in self._count():
            self.epoch = epoch
            if self.shuffle:
                random.shuffle(names)
            repeated = names * (2 + self.batch_size // len(names))
            for start in range(0, len(names), self.batch_size):
                yield repeated[start : start + self.batch_size]

    @staticmethod
    def _count():
        epoch = 0
        while True:
            yield epoch
            epoch += 1

    def next(self):
        names = next(self.batches)
        images = np.zeros((len(names), *self.image_size))
        for image, name in zip(images, names):
            image[...] = self.augment(st.resize(np.load(f"{self.path}/{name}.npy"), self.image_size))
        return images, np.array([self.labels[name] for name in names])

    def augment(self, img):
        if self.mirroring:
            img = img[:: random.choice((1, -1)), :: random.choice((1, -1))]
        if self.rotation:
            img = st.rotate(img, random.choice((0, 90, 180, 270)))
        return img

    def current_epoch(self):
        return self.epoch

    def class_name(self, x):
        return dict(enumerate(("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship",
                               "truck")))[x]

    def show(self):
        for image, label in zip(*self.next()):
            pylab.figure()
            pylab.imshow(image)
            pylab.title(self.class_name(label))
        pylab.show()
