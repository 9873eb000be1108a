"""The same with NumPy, float64 or float32."""
import os, sys
sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
import numpy as np
from shared import contend, dtype, numbers

COUNT = 1_000_000
x, w, b = numbers(COUNT, 1, 4), dtype.type(0.75), dtype.type(-0.25)

def step():
    t = np.tanh(x * w + b)
    s = 1 / (1 + np.exp(-x))
    y = (t * s).sum()
    gu = s * (1 - t * t)
    gw, gb = (gu * x).sum(), gu.sum()
    gx = gu * w + t * (s * (1 - s))
    return float(y) / COUNT

contend(step)
