"""From Pillow images and arrays to tensors and back, and from one range of values to another."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from PIL import Image
from torch import Tensor

_PIL_MODES = {1: "L", 2: "LA", 3: "RGB", 4: "RGBA"}


def pil_to_tensor(picture: Image.Image) -> Tensor:
    """(channels, height, width), the values as they are."""
    array = np.array(picture, copy=True)
    return torch.from_numpy(array.reshape(*array.shape[:2], -1)).permute(2, 0, 1).contiguous()


def to_tensor(picture: Image.Image | np.ndarray[Any, Any]) -> Tensor:
    """(channels, height, width); 8-bit values become floats in [0, 1], others stay as they are."""
    if isinstance(picture, np.ndarray):
        if picture.ndim not in (2, 3):
            raise ValueError(f"an image has 2 or 3 dimensions, not {picture.ndim}")
        found = torch.from_numpy(np.ascontiguousarray(np.atleast_3d(picture).transpose(2, 0, 1)))
    elif isinstance(picture, Image.Image):
        found = pil_to_tensor(picture)
    else:
        raise TypeError(f"a Pillow image or an array is needed, not {type(picture).__name__}")
    return found.to(torch.get_default_dtype()).div(255) if found.dtype == torch.uint8 else found


def to_pil_image(picture: Tensor | np.ndarray[Any, Any], mode: str | None = None) -> Image.Image:
    """From a tensor (channels, height, width) or an array (height, width, channels)."""
    if isinstance(picture, Tensor):
        picture = picture.mul(255).byte() if picture.is_floating_point() else picture
        array = picture.detach().cpu().numpy()
        array = array.transpose(1, 2, 0) if array.ndim == 3 else array
    elif isinstance(picture, np.ndarray):
        array = picture
    else:
        raise TypeError(f"a tensor or an array is needed, not {type(picture).__name__}")
    if array.ndim not in (2, 3):
        raise ValueError(f"an image has 2 or 3 dimensions, not {array.ndim}")
    return _from_array(np.atleast_3d(array), mode)


def _from_array(array: np.ndarray[Any, Any], mode: str | None) -> Image.Image:
    channels = array.shape[2]
    if channels not in _PIL_MODES:
        raise ValueError(f"an image has 1 to 4 channels, not {channels}")
    if array.dtype == np.uint8:
        picture = Image.fromarray(array[:, :, 0] if channels == 1 else array)
        return picture if mode in (None, picture.mode) else picture.convert(mode)
    if channels == 1 and array.dtype in (np.int32, np.float32):
        return Image.fromarray(array[:, :, 0])
    raise TypeError(f"an image of {channels} channels cannot have the type {array.dtype}; uint8 is needed")


def convert_image_dtype(picture: Tensor, dtype: torch.dtype = torch.float) -> Tensor:
    """Between floats in [0, 1] and 8-bit values."""
    if picture.is_floating_point() == dtype.is_floating_point:
        return picture.to(dtype)
    if dtype.is_floating_point:
        return picture.to(dtype) / torch.iinfo(picture.dtype).max
    return picture.mul(torch.iinfo(dtype).max + 1 - 1e-3).to(dtype)


def normalize(picture: Tensor, mean: Sequence[float], std: Sequence[float], inplace: bool = False) -> Tensor:
    """(picture - mean) / std, channel by channel."""
    if not isinstance(picture, Tensor):
        raise TypeError(f"Normalize needs a tensor, not {type(picture).__name__}")
    if not picture.is_floating_point():
        raise TypeError(f"Normalize needs a tensor of floats, not of {picture.dtype}")
    if picture.ndim < 3:
        raise ValueError(f"Normalize needs a tensor (..., channels, height, width), not {tuple(picture.shape)}")
    deviation = torch.as_tensor(std, dtype=picture.dtype, device=picture.device).view(-1, 1, 1)
    if (deviation == 0).any():
        raise ValueError("Normalize would divide by zero")
    picture = picture if inplace else picture.clone()
    return picture.sub_(torch.as_tensor(mean, dtype=picture.dtype, device=picture.device).view(-1, 1, 1)).div_(
        deviation
    )
