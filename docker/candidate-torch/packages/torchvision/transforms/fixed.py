"""The transforms as objects: those that are the same each time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor, nn

from torchvision.transforms import functional
from torchvision.transforms.functional import InterpolationMode, Picture


class Compose:
    """One after the other."""

    def __init__(self, transforms: Sequence[Callable[[Any], Any]]) -> None:
        self.transforms = transforms

    def __call__(self, picture: Any) -> Any:
        for transform in self.transforms:
            picture = transform(picture)
        return picture


class Lambda:
    """Any function."""

    def __init__(self, lambd: Callable[[Any], Any]) -> None:
        if not callable(lambd):
            raise TypeError("Lambda needs a function")
        self.lambd = lambd

    def __call__(self, picture: Any) -> Any:
        return self.lambd(picture)


class ToTensor:
    def __call__(self, picture: Any) -> Tensor:
        return functional.to_tensor(picture)


class PILToTensor:
    def __call__(self, picture: Any) -> Tensor:
        return functional.pil_to_tensor(picture)


class ToPILImage:
    def __init__(self, mode: str | None = None) -> None:
        self.mode = mode

    def __call__(self, picture: Any) -> Any:
        return functional.to_pil_image(picture, self.mode)


class ConvertImageDtype(nn.Module):
    def __init__(self, dtype: torch.dtype) -> None:
        super().__init__()
        self.dtype = dtype

    def forward(self, picture: Tensor) -> Tensor:
        return functional.convert_image_dtype(picture, self.dtype)


class Normalize(nn.Module):
    def __init__(self, mean: Sequence[float], std: Sequence[float], inplace: bool = False) -> None:
        super().__init__()
        self.mean, self.std, self.inplace = mean, std, inplace

    def forward(self, picture: Tensor) -> Tensor:
        return functional.normalize(picture, self.mean, self.std, self.inplace)


class Resize(nn.Module):
    def __init__(
        self,
        size: int | Sequence[int],
        interpolation: InterpolationMode = InterpolationMode.BILINEAR,
        max_size: int | None = None,
        antialias: bool | None = True,
    ) -> None:
        super().__init__()
        self.size, self.interpolation, self.antialias = size, interpolation, antialias

    def forward(self, picture: Picture) -> Picture:
        return functional.resize(picture, self.size, self.interpolation, self.antialias)


class CenterCrop(nn.Module):
    def __init__(self, size: int | Sequence[int]) -> None:
        super().__init__()
        self.size = size

    def forward(self, picture: Picture) -> Picture:
        return functional.center_crop(picture, self.size)


class Pad(nn.Module):
    def __init__(self, padding: int | Sequence[int], fill: float = 0, padding_mode: str = "constant") -> None:
        super().__init__()
        self.padding, self.fill, self.padding_mode = padding, fill, padding_mode

    def forward(self, picture: Picture) -> Picture:
        return functional.pad(picture, self.padding, self.fill, self.padding_mode)


class Grayscale(nn.Module):
    def __init__(self, num_output_channels: int = 1) -> None:
        super().__init__()
        self.channels = num_output_channels

    def forward(self, picture: Picture) -> Picture:
        change = functional.rgb_to_grayscale if isinstance(picture, Tensor) else functional.to_grayscale
        return change(picture, self.channels)
