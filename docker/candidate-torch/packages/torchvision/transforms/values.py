"""What becomes of the values of a picture, which is a Pillow image or a tensor (..., channels, height, width)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from PIL import Image, ImageEnhance, ImageOps
from torch import Tensor
from torch.nn import functional as nn_functional

from torchvision.transforms.geometry import Picture
from torchvision.transforms.kinds import to_pil_image, to_tensor

_LUMA = (0.2989, 0.587, 0.114)


def _blend(picture: Tensor, other: Tensor, factor: float) -> Tensor:
    bound = 1.0 if picture.is_floating_point() else 255.0
    return (factor * picture + (1 - factor) * other).clamp(0, bound).to(picture.dtype)


def rgb_to_grayscale(picture: Tensor, num_output_channels: int = 1) -> Tensor:
    weights = torch.tensor(_LUMA).view(3, 1, 1)
    gray = (picture * weights).sum(-3, keepdim=True) if picture.shape[-3] == 3 else picture
    return gray.to(picture.dtype).expand(*picture.shape[:-3], num_output_channels, *picture.shape[-2:])


def to_grayscale(picture: Image.Image, num_output_channels: int = 1) -> Image.Image:
    gray = picture.convert("L")
    return gray if num_output_channels == 1 else Image.merge("RGB", (gray, gray, gray))


def adjust_brightness(picture: Picture, brightness_factor: float) -> Picture:
    if isinstance(picture, Tensor):
        return _blend(picture, torch.zeros_like(picture), brightness_factor)
    return ImageEnhance.Brightness(picture).enhance(brightness_factor)


def adjust_contrast(picture: Picture, contrast_factor: float) -> Picture:
    if isinstance(picture, Tensor):
        mean = rgb_to_grayscale(picture).float().mean((-3, -2, -1), keepdim=True)
        return _blend(picture, mean, contrast_factor)
    return ImageEnhance.Contrast(picture).enhance(contrast_factor)


def adjust_saturation(picture: Picture, saturation_factor: float) -> Picture:
    if isinstance(picture, Tensor):
        return _blend(picture, rgb_to_grayscale(picture, int(picture.shape[-3])), saturation_factor)
    return ImageEnhance.Color(picture).enhance(saturation_factor)


def adjust_hue(picture: Picture, hue_factor: float) -> Picture:
    """``hue_factor`` in [-0.5, 0.5] turns the colours by as much of a full circle."""
    if isinstance(picture, Tensor):
        return to_tensor(adjust_hue(to_pil_image(picture), hue_factor)).to(picture.dtype)
    if picture.mode != "RGB":
        return picture
    hue, saturation, value = picture.convert("HSV").split()
    turned = (np.asarray(hue).astype(int) + round(hue_factor * 255)) % 256
    return Image.merge("HSV", (Image.fromarray(turned.astype(np.uint8)), saturation, value)).convert("RGB")


def adjust_sharpness(picture: Picture, sharpness_factor: float) -> Picture:
    if isinstance(picture, Tensor):
        return _blend(picture, gaussian_blur(picture, 3), sharpness_factor)
    return ImageEnhance.Sharpness(picture).enhance(sharpness_factor)


def invert(picture: Picture) -> Picture:
    if isinstance(picture, Tensor):
        return (1 if picture.is_floating_point() else 255) - picture
    return ImageOps.invert(picture)


def autocontrast(picture: Picture) -> Picture:
    if not isinstance(picture, Tensor):
        return ImageOps.autocontrast(picture)
    low, high = picture.amin((-2, -1), keepdim=True), picture.amax((-2, -1), keepdim=True)
    bound = 1 if picture.is_floating_point() else 255
    return torch.where(high > low, (picture - low) * (bound / (high - low)), picture).to(picture.dtype)


def equalize(picture: Picture) -> Picture:
    if isinstance(picture, Tensor):
        return to_tensor(ImageOps.equalize(to_pil_image(picture))).to(picture.dtype)
    return ImageOps.equalize(picture)


def gaussian_blur(picture: Picture, kernel_size: int | Sequence[int], sigma: float | None = None) -> Picture:
    """A weighted mean over ``kernel_size`` pixels, which is odd."""
    if not isinstance(picture, Tensor):
        return to_pil_image(gaussian_blur(to_tensor(picture), kernel_size, sigma))
    size = kernel_size if isinstance(kernel_size, int) else kernel_size[0]
    sigma = sigma or 0.3 * ((size - 1) * 0.5 - 1) + 0.8
    weights = torch.exp(-0.5 * (torch.linspace(-(size - 1) / 2, (size - 1) / 2, size) / sigma) ** 2)
    kernel = torch.outer(weights, weights) / weights.sum() ** 2
    batch = (picture if picture.ndim == 4 else picture[None]).float()
    padded = nn_functional.pad(batch, (size // 2,) * 4, mode="reflect")
    channels = batch.shape[1]
    found = nn_functional.conv2d(padded, kernel.expand(channels, 1, size, size), groups=channels)
    return (found if picture.ndim == 4 else found[0]).to(picture.dtype)
