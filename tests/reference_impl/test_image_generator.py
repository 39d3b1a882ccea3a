"""The image generator: batches, epochs and orders; mirrored, rotated and resized images; the course's files."""

from __future__ import annotations

import json

import numpy as np
import pytest

from reference_impl import ImageGenerator, read_images, resize

COUNT = 10
IMAGES = np.arange(COUNT * 4 * 4 * 3, dtype=float).reshape(COUNT, 4, 4, 3)  # no two numbers alike
LABELS = np.arange(COUNT)


def generator(batch_size, image_size=(4, 4, 3), seed=0, **options):
    return ImageGenerator(IMAGES, LABELS, batch_size, image_size, np.random.default_rng(seed), **options)


def test_batches_follow_the_data_and_the_last_one_wraps():
    deal = generator(6)
    (first, labels), (second, more) = deal.next(), deal.next()
    assert labels.tolist() == [0, 1, 2, 3, 4, 5]
    assert more.tolist() == [6, 7, 8, 9, 0, 1]
    assert np.array_equal(second[-2:], first[:2])
    assert np.array_equal(first, IMAGES[:6])
    assert np.issubdtype(labels.dtype, np.integer)


def test_a_batch_may_be_larger_than_the_data():
    assert generator(25).next()[1].tolist() == [*range(10), *range(10), *range(5)]


def test_an_epoch_begins_with_the_first_batch_after_the_data_is_used_up():
    deal = generator(5)
    assert deal.current_epoch() == 0
    epochs = []
    for _ in range(5):
        deal.next()
        epochs.append(deal.current_epoch())
    assert epochs == [0, 0, 1, 1, 2]


def test_shuffling_deals_every_image_once_an_epoch_in_a_new_order():
    deal = generator(5, shuffle=True)
    epochs = [np.concatenate([deal.next()[1] for _ in range(2)]) for _ in range(3)]
    assert all(sorted(epoch) == list(range(COUNT)) for epoch in epochs)
    assert len({tuple(epoch) for epoch in epochs}) == 3


def test_a_wrapped_shuffled_batch_repeats_its_own_epoch():
    deal = generator(6, shuffle=True)
    first, second = deal.next()[1], deal.next()[1]
    assert np.array_equal(second[4:], first[:2])


def test_images_are_copies():
    for options in ({}, {"mirroring": True}, {"rotation": True}):
        images, _ = generator(COUNT, **options).next()
        assert not np.shares_memory(images, IMAGES)


def variants(**options):
    """Which of an image's eight symmetries occur among 200 batches: (mirrored?, quarter turns) of each."""
    symmetries = {
        image.tobytes(): (mirrored, turns)
        for mirrored in (False, True)
        for turns in range(4)
        for image in [np.ascontiguousarray(np.rot90(IMAGES[0][:, ::-1] if mirrored else IMAGES[0], turns))]
    }
    deal = generator(COUNT, **options)
    return {symmetries[np.ascontiguousarray(deal.next()[0][0]).tobytes()] for _ in range(200)}


def test_mirroring_turns_over_left_to_right_upside_down_and_both():
    assert variants(mirroring=True) == {(False, 0), (True, 0), (True, 2), (False, 2)}


def test_rotation_turns_by_quarters():
    assert variants(rotation=True) == {(False, 0), (False, 1), (False, 2), (False, 3)}


def test_every_image_of_a_batch_is_varied_by_itself():
    images, _ = generator(COUNT, rotation=True).next()
    same = [np.array_equal(image, original) for image, original in zip(images, IMAGES, strict=True)]
    assert 0 < sum(same) < COUNT


def test_images_are_resized_and_not_reshaped():
    images, _ = generator(3, image_size=(8, 2, 3)).next()
    assert images.shape == (3, 8, 2, 3)
    ramp = np.broadcast_to(np.arange(4.0)[:, None, None], (4, 4, 3))
    assert np.allclose(resize(ramp, 8, 2)[:, 0, 0], [0, 0.25, 0.75, 1.25, 1.75, 2.25, 2.75, 3])


def test_images_that_are_not_square_can_be_rotated():
    deal = ImageGenerator(IMAGES[:, :2], LABELS, 8, (2, 4, 3), np.random.default_rng(0), rotation=True)
    assert deal.next()[0].shape == (8, 2, 4, 3)


def test_the_course_s_files_are_read_in_the_order_of_their_numbers(tmp_path):
    for number in range(12):
        np.save(tmp_path / f"{number}.npy", np.full((2, 2, 3), number, dtype=np.uint8))
    (tmp_path / "Labels.json").write_text(json.dumps({str(n): n % 10 for n in reversed(range(12))}))
    images, labels = read_images(tmp_path, tmp_path / "Labels.json")
    assert images[:, 0, 0, 0].tolist() == list(range(12))
    assert labels.tolist() == [*range(10), 0, 1]


@pytest.mark.parametrize(("label", "name"), [(0, "airplane"), (3, "cat"), (9, "truck")])
def test_class_names(label, name):
    assert ImageGenerator.class_name(label) == name
