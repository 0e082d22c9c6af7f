"""The wavelet denoiser to compare with: soft thresholding of the whole record (not causal).

Donoho's universal threshold on the detail levels, the noise of each level estimated from the median
of its coefficients, times a strength. The coarsest approximation is kept or, against baseline
wander, dropped. Strength and approximation are chosen on training patients.
"""

import numpy as np
import pywt

STRENGTHS = [0.0, 0.1, 0.2, 0.35, 0.5, 0.75, 1.0, 1.4]
CHOICES = [(s, d) for s in STRENGTHS for d in (False, True)]
WAVELET, LEVELS = "sym8", 6  # 128 Hz / 2^7: the approximation is what lies under 1 Hz


def denoise(x, choice):
    """`x` [samples] with the strength and the fate of the approximation in `choice`."""
    strength, drops = choice
    coefficients = pywt.wavedec(x, WAVELET, mode="symmetric", level=LEVELS)
    if drops:
        coefficients[0] = np.zeros_like(coefficients[0])
    for i in range(1, len(coefficients)):
        detail = coefficients[i]
        sigma = np.median(np.abs(detail)) / 0.6745
        limit = strength * sigma * np.sqrt(2 * np.log(len(x)))
        coefficients[i] = pywt.threshold(detail, limit, "soft")
    return pywt.waverec(coefficients, WAVELET, mode="symmetric")[: len(x)].astype(np.float32)
