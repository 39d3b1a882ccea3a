import io
import sys

import numpy as np

PILLOW_WAS_THERE = "PIL.Image" in sys.modules
SCIPY_WAS_THERE = "scipy" in sys.modules


def numpy_version():
    return np.__version__


def scipy_zoom(image):
    from scipy import ndimage, signal

    signal.correlate2d(image[..., 0], np.ones((3, 3)), mode="same")
    return ndimage.zoom(image, (50 / 32, 50 / 32, 1))


def skimage_resize(image):
    from skimage import color, exposure, transform

    color.rgb2gray(image)
    exposure.rescale_intensity(image)
    return transform.resize(image, (50, 50))


def cv2_resize(image):
    import cv2

    cv2.GaussianBlur(image, (3, 3), 0)
    return cv2.resize(image, (50, 50))


def cv2_rotate(image):
    import cv2

    return cv2.rotate(image, cv2.ROTATE_90_CLOCKWISE)


def pillow_resize(image):
    from PIL import Image

    return np.array(Image.fromarray(image).resize((50, 50)))


def pillow_round_trip(image):
    from PIL import Image

    Image.fromarray(image).save("image.png")
    return np.array(Image.open("image.png"))


def matplotlib_show(image):
    import matplotlib.pyplot as plt

    _, axes = plt.subplots(2, 3)
    for axis in axes.flat:
        axis.imshow(image)
        axis.set_title("automobile")
    plt.show()
    return "shown"


def matplotlib_png(image):
    import matplotlib.pyplot as plt

    plt.imshow(image)
    plt.title("a picture with text, $x^2$")
    drawn = io.BytesIO()
    plt.savefig(drawn)
    return drawn.getvalue()


def sklearn_accuracy():
    from sklearn.datasets import load_iris
    from sklearn.linear_model import LogisticRegression

    x, y = load_iris(return_X_y=True)
    return LogisticRegression(max_iter=500).fit(x, y).score(x, y)


def sklearn_clusters():
    from sklearn.cluster import KMeans
    from sklearn.datasets import load_iris

    return len(KMeans(3, n_init=2, random_state=0).fit(load_iris().data).cluster_centers_)
