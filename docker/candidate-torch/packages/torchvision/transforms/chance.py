"""The transforms that are random. They draw from torch's generator, so that its seed repeats them."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor, nn

from torchvision.transforms import functional
from torchvision.transforms.fixed import Compose, Grayscale
from torchvision.transforms.functional import InterpolationMode, Picture


def _uniform(low: float, high: float) -> float:
    return float(torch.empty(1).uniform_(low, high))


def _one_of(low: int, high: int) -> int:
    """A whole number, both ends included."""
    return int(torch.randint(low, high + 1, (1,)))


def _around(value: float | Sequence[float], center: float = 0.0) -> tuple[float, float]:
    """A range: as it is, or as far to both sides of ``center`` as one number says."""
    if isinstance(value, int | float):
        return center - value, center + value
    return float(value[0]), float(value[1])


class GaussianBlur(nn.Module):
    def __init__(self, kernel_size: int | Sequence[int], sigma: float | Sequence[float] = (0.1, 2.0)) -> None:
        super().__init__()
        self.kernel_size = kernel_size
        self.sigma = (sigma, sigma) if isinstance(sigma, int | float) else sigma

    def forward(self, picture: Picture) -> Picture:
        return functional.gaussian_blur(picture, self.kernel_size, _uniform(self.sigma[0], self.sigma[1]))


class RandomApply(nn.Module):
    """All of them, one after the other, or none."""

    def __init__(self, transforms: Sequence[Callable[[Any], Any]], p: float = 0.5) -> None:
        super().__init__()
        self.transforms, self.p = transforms, p

    def forward(self, picture: Any) -> Any:
        if float(torch.rand(1)) >= self.p:
            return picture
        return Compose(self.transforms)(picture)


class RandomChoice:
    """One of them."""

    def __init__(self, transforms: Sequence[Callable[[Any], Any]], p: Sequence[float] | None = None) -> None:
        self.transforms = transforms
        self.weights = torch.tensor(p or [1.0] * len(transforms))

    def __call__(self, picture: Any) -> Any:
        return self.transforms[int(torch.multinomial(self.weights, 1))](picture)


class RandomOrder:
    """All of them, in any order."""

    def __init__(self, transforms: Sequence[Callable[[Any], Any]]) -> None:
        self.transforms = transforms

    def __call__(self, picture: Any) -> Any:
        for index in torch.randperm(len(self.transforms)).tolist():
            picture = self.transforms[index](picture)
        return picture


class _Maybe(nn.Module):
    """``change``, with probability p."""

    def __init__(self, p: float = 0.5) -> None:
        super().__init__()
        self.p = p

    def forward(self, picture: Picture) -> Picture:
        return self.change(picture) if float(torch.rand(1)) < self.p else picture

    def change(self, picture: Picture) -> Picture:
        raise NotImplementedError


class RandomHorizontalFlip(_Maybe):
    def change(self, picture: Picture) -> Picture:
        return functional.hflip(picture)


class RandomVerticalFlip(_Maybe):
    def change(self, picture: Picture) -> Picture:
        return functional.vflip(picture)


class RandomInvert(_Maybe):
    def change(self, picture: Picture) -> Picture:
        return functional.invert(picture)


class RandomAutocontrast(_Maybe):
    def change(self, picture: Picture) -> Picture:
        return functional.autocontrast(picture)


class RandomEqualize(_Maybe):
    def change(self, picture: Picture) -> Picture:
        return functional.equalize(picture)


class RandomGrayscale(_Maybe):
    def __init__(self, p: float = 0.1) -> None:
        super().__init__(p)

    def change(self, picture: Picture) -> Picture:
        channels = int(picture.shape[-3]) if isinstance(picture, Tensor) else len(picture.getbands())
        return Grayscale(channels)(picture)


class RandomAdjustSharpness(_Maybe):
    def __init__(self, sharpness_factor: float, p: float = 0.5) -> None:
        super().__init__(p)
        self.sharpness_factor = sharpness_factor

    def change(self, picture: Picture) -> Picture:
        return functional.adjust_sharpness(picture, self.sharpness_factor)


class RandomErasing(_Maybe):
    """A rectangle of a tensor becomes ``value``, or noise."""

    def __init__(
        self,
        p: float = 0.5,
        scale: Sequence[float] = (0.02, 0.33),
        ratio: Sequence[float] = (0.3, 3.3),
        value: float | str = 0,
        inplace: bool = False,
    ) -> None:
        super().__init__(p)
        self.scale, self.ratio, self.value, self.inplace = scale, ratio, value, inplace

    def change(self, picture: Picture) -> Picture:
        if not isinstance(picture, Tensor):
            raise TypeError("RandomErasing needs a tensor: put it after ToTensor")
        top, left, height, width = _rectangle(picture, self.scale, self.ratio)
        changed = picture if self.inplace else picture.clone()
        hole = changed[..., top : top + height, left : left + width]
        hole.copy_(torch.randn_like(hole) if self.value == "random" else torch.full_like(hole, float(self.value)))
        return changed


def _rectangle(picture: Picture, scale: Sequence[float], ratio: Sequence[float]) -> tuple[int, int, int, int]:
    """(top, left, height, width) of a random part: its share of the area, its width by its height."""
    rows, columns = functional.size_of(picture)
    area = rows * columns * _uniform(scale[0], scale[1])
    shape = math.exp(_uniform(math.log(ratio[0]), math.log(ratio[1])))
    height = max(1, min(rows, round(math.sqrt(area / shape))))
    width = max(1, min(columns, round(math.sqrt(area * shape))))
    return _one_of(0, rows - height), _one_of(0, columns - width), height, width


class RandomCrop(nn.Module):
    def __init__(
        self,
        size: int | Sequence[int],
        padding: int | Sequence[int] | None = None,
        pad_if_needed: bool = False,
        fill: float = 0,
        padding_mode: str = "constant",
    ) -> None:
        super().__init__()
        self.size, self.padding, self.fill, self.padding_mode = functional.pair(size), padding, fill, padding_mode

    def forward(self, picture: Picture) -> Picture:
        if self.padding is not None:
            picture = functional.pad(picture, self.padding, self.fill, self.padding_mode)
        rows, columns = functional.size_of(picture)
        height, width = self.size
        if height > rows or width > columns:
            raise ValueError(f"a part of {height} x {width} does not fit into {rows} x {columns}")
        return functional.crop(picture, _one_of(0, rows - height), _one_of(0, columns - width), height, width)


class RandomResizedCrop(nn.Module):
    def __init__(
        self,
        size: int | Sequence[int],
        scale: Sequence[float] = (0.08, 1.0),
        ratio: Sequence[float] = (3 / 4, 4 / 3),
        interpolation: InterpolationMode = InterpolationMode.BILINEAR,
        antialias: bool | None = True,
    ) -> None:
        super().__init__()
        self.size, self.scale, self.ratio, self.interpolation = functional.pair(size), scale, ratio, interpolation

    def forward(self, picture: Picture) -> Picture:
        part = functional.crop(picture, *_rectangle(picture, self.scale, self.ratio))
        return functional.resize(part, self.size, self.interpolation)


class RandomRotation(nn.Module):
    def __init__(
        self,
        degrees: float | Sequence[float],
        interpolation: InterpolationMode = InterpolationMode.NEAREST,
        expand: bool = False,
        center: Sequence[float] | None = None,
        fill: float | Sequence[float] = 0,
    ) -> None:
        super().__init__()
        self.degrees, self.options = _around(degrees), (interpolation, expand, center, fill)

    def forward(self, picture: Picture) -> Picture:
        return functional.rotate(picture, _uniform(*self.degrees), *self.options)


class RandomAffine(nn.Module):
    """``translate``: largest shift as a share of width and height; ``shear``: degrees in x, or in x and y."""

    def __init__(
        self,
        degrees: float | Sequence[float],
        translate: Sequence[float] | None = None,
        scale: Sequence[float] | None = None,
        shear: float | Sequence[float] | None = None,
        interpolation: InterpolationMode = InterpolationMode.NEAREST,
        fill: float | Sequence[float] = 0,
    ) -> None:
        super().__init__()
        self.degrees, self.translate, self.scale = _around(degrees), translate or (0.0, 0.0), scale or (1.0, 1.0)
        self.shear = _around(shear or 0.0) if not isinstance(shear, Sequence) else tuple(shear)
        self.interpolation, self.fill = interpolation, fill

    def forward(self, picture: Picture) -> Picture:
        rows, columns = functional.size_of(picture)
        far = (self.translate[0] * columns, self.translate[1] * rows)
        shift = [round(_uniform(-most, most)) for most in far]
        slant = (_uniform(*self.shear[:2]), _uniform(*self.shear[2:]) if len(self.shear) == 4 else 0.0)
        scale = _uniform(self.scale[0], self.scale[1])
        return functional.affine(picture, _uniform(*self.degrees), shift, scale, slant, self.interpolation, self.fill)


class ColorJitter(nn.Module):
    """Each a range of factors, or how far from 1 (for hue: from 0) they may be."""

    def __init__(
        self,
        brightness: float | Sequence[float] = 0,
        contrast: float | Sequence[float] = 0,
        saturation: float | Sequence[float] = 0,
        hue: float | Sequence[float] = 0,
    ) -> None:
        super().__init__()
        factors = (_around(one, 1.0) for one in (brightness, contrast, saturation))
        self.brightness, self.contrast, self.saturation = ((max(0.0, low), high) for low, high in factors)
        self.hue = _around(hue)

    def forward(self, picture: Picture) -> Picture:
        steps = [
            (functional.adjust_brightness, self.brightness),
            (functional.adjust_contrast, self.contrast),
            (functional.adjust_saturation, self.saturation),
            (functional.adjust_hue, self.hue),
        ]
        for index in torch.randperm(len(steps)).tolist():
            change, (low, high) = steps[index]
            if low < high:
                picture = change(picture, _uniform(low, high))
        return picture
