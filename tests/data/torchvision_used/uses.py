"""Uses the transforms as hand-ins do and tells what went wrong; run by tests/worker/test_torchvision.py."""

import json
import sys

import numpy as np
import torch
import torchvision as tv
from torchvision.transforms import functional

PIXELS = np.random.default_rng(0).integers(0, 256, (30, 40, 3), dtype=np.uint8)
IMAGE = tv.transforms.ToPILImage()(PIXELS)
TENSOR = tv.transforms.ToTensor()(PIXELS)


def the_way_to_a_picture_and_back_loses_nothing():
    assert np.array_equal(np.asarray(IMAGE), PIXELS)
    assert TENSOR.shape == (3, 30, 40)
    assert torch.equal(tv.transforms.ToTensor()(IMAGE), TENSOR)
    assert torch.allclose(TENSOR, torch.from_numpy(PIXELS).permute(2, 0, 1) / 255)
    assert np.array_equal(np.asarray(tv.transforms.ToPILImage()(TENSOR)), PIXELS)


def a_gray_array_becomes_a_gray_picture():
    assert tv.transforms.ToTensor()(tv.transforms.ToPILImage()(PIXELS[:, :, 0])).shape == (1, 30, 40)


def normalize_is_by_channel_and_leaves_its_argument():
    before = TENSOR.clone()
    found = tv.transforms.Normalize([0.1, 0.2, 0.3], [1.0, 2.0, 4.0])(TENSOR)
    assert torch.allclose(found[2], (before[2] - 0.3) / 4)
    assert torch.equal(TENSOR, before)


def floats_become_no_picture():
    for wrong, use in ((PIXELS / 255.0, tv.transforms.ToPILImage()), (IMAGE, tv.transforms.Normalize([0.5], [1.0]))):
        try:
            use(wrong)
        except TypeError:
            continue
        raise AssertionError(f"{type(use).__name__} takes {type(wrong).__name__}")


def flips_and_turns_are_those_of_numpy():
    assert np.array_equal(np.asarray(functional.hflip(IMAGE)), PIXELS[:, ::-1])
    assert np.array_equal(np.asarray(functional.vflip(IMAGE)), PIXELS[::-1])
    square = PIXELS[:, :30]
    turned = functional.rotate(tv.transforms.ToPILImage()(square), 90)
    assert np.array_equal(np.asarray(turned), np.rot90(square))


def tensors_and_pictures_are_treated_alike():
    def both(change, *arguments):
        picture = tv.transforms.ToTensor()(change(IMAGE, *arguments))
        return (picture - change(TENSOR, *arguments)).abs().gt(0.02).float().mean()

    assert both(functional.hflip) == both(functional.vflip) == 0
    assert both(functional.rotate, 20) < 0.01
    assert both(functional.affine, 10, (3, -2), 1.2, (5.0, 0.0)) < 0.01
    assert both(functional.crop, -2, 3, 20, 45) == 0
    assert both(functional.adjust_brightness, 1.3) < 0.01
    assert both(functional.gaussian_blur, 3) == 0


def sizes_are_what_was_asked_for():
    for picture in (IMAGE, TENSOR):
        for change, size in (
            (tv.transforms.Resize((50, 60)), (50, 60)),
            (tv.transforms.Resize(15), (15, 20)),
            (tv.transforms.CenterCrop(20), (20, 20)),
            (tv.transforms.RandomCrop(20, padding=4), (20, 20)),
            (tv.transforms.RandomResizedCrop(25), (25, 25)),
            (tv.transforms.Pad(2), (34, 44)),
        ):
            assert functional.size_of(change(picture)) == size, type(change).__name__


def the_seed_of_torch_repeats_what_is_random():
    changes = tv.transforms.Compose(
        [
            tv.transforms.RandomHorizontalFlip(),
            tv.transforms.RandomVerticalFlip(),
            tv.transforms.RandomRotation(30),
            tv.transforms.RandomAffine(10, (0.1, 0.1), (0.8, 1.2), 5),
            tv.transforms.ColorJitter(0.2, 0.2, 0.2, 0.1),
            tv.transforms.ToTensor(),
            tv.transforms.RandomErasing(),
        ]
    )
    drawn = []
    for seed in (1, 1, 2):
        torch.manual_seed(seed)
        drawn.append(changes(IMAGE))
    assert torch.equal(drawn[0], drawn[1])
    assert not torch.equal(drawn[0], drawn[2])


def a_flip_comes_as_often_as_it_should():
    torch.manual_seed(0)
    flip = tv.transforms.RandomHorizontalFlip(0.3)
    flipped = sum(not torch.equal(flip(TENSOR), TENSOR) for _ in range(500))
    assert 110 < flipped < 190, flipped


def what_is_not_there_says_so():
    for module, name in ((tv, "models"), (tv.transforms, "AugMix")):
        try:
            getattr(module, name)
        except AttributeError as error:
            assert "grader" in str(error), error
        else:
            raise AssertionError(f"{name} is there")


wrong = {}
for use in [value for name, value in list(globals().items()) if callable(value) and name.count("_") > 1]:
    try:
        use()
    except Exception as error:
        wrong[use.__name__] = repr(error)
json.dump({"file": tv.__file__, "wrong": wrong}, sys.stdout)
