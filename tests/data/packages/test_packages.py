"""One case for each package: the hand-in uses it, and the result is right."""

import numpy as np

IMAGE = np.arange(32 * 32 * 3, dtype=np.uint8).reshape(32, 32, 3)


def test_what_the_suite_preloads_is_there_before_the_hand_in(student):
    assert student.uses.PILLOW_WAS_THERE
    assert not student.uses.SCIPY_WAS_THERE


def test_numpy(student):
    assert student.uses.numpy_version() == np.__version__


def test_scipy(student):
    assert student.uses.scipy_zoom(IMAGE).shape == (50, 50, 3)


def test_scikit_image(student):
    resized = student.uses.skimage_resize(IMAGE)
    assert resized.shape == (50, 50, 3)
    assert 0 <= resized.min() < resized.max() <= 1


def test_opencv(student):
    assert student.uses.cv2_resize(IMAGE).shape == (50, 50, 3)
    assert np.array_equal(student.uses.cv2_rotate(IMAGE), np.rot90(IMAGE, -1))


def test_pillow(student):
    assert student.uses.pillow_resize(IMAGE).shape == (50, 50, 3)
    assert np.array_equal(student.uses.pillow_round_trip(IMAGE), IMAGE)


def test_matplotlib_shows_nothing_and_goes_on(student):
    assert student.uses.matplotlib_show(IMAGE) == "shown"


def test_matplotlib_draws(student):
    assert student.uses.matplotlib_png(IMAGE).startswith(b"\x89PNG")


def test_scikit_learn(student):
    assert student.uses.sklearn_accuracy() > 0.9
    assert student.uses.sklearn_clusters() == 3
