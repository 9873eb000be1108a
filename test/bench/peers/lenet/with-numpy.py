"""LeNet with NumPy, float64 or float32: patches become columns (im2col), and a convolution is a matrix product."""
import os, sys
sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from shared import contend, dtype, numbers

BATCH, LR = 32, 0.05
SHAPES = [(6, 1, 5, 5), (16, 6, 5, 5), (400, 120), (120, 84), (84, 10)]
fan_in = lambda shape: int(np.prod(shape[1:])) if len(shape) == 4 else shape[0]
x = numbers(BATCH * 784, 1, 2).reshape(BATCH, 1, 28, 28)
labels = np.array([(i * 7) % 10 for i in range(BATCH)])
W = [numbers(int(np.prod(s)), 10 + i, np.sqrt(24 / fan_in(s))).reshape(s) for i, s in enumerate(SHAPES)]
B = [np.zeros(s[0] if len(s) == 4 else s[1], dtype) for s in SHAPES]

def columns(x, k):
    """[N, C, H, W] -> [C k k, N rows columns]"""
    windows = sliding_window_view(x, (k, k), axis=(2, 3))
    return windows.transpose(1, 4, 5, 0, 2, 3).reshape(x.shape[1] * k * k, -1)

def convolve(x, w, b, pad):
    if pad:
        x = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    k = w.shape[2]
    cols = columns(x, k)
    y = w.reshape(len(w), -1) @ cols + b[:, None]
    side = x.shape[2] - k + 1
    return y.reshape(len(w), len(x), side, side), cols, x.shape

def convolve_back(g, w, cols, shape, need_x):
    """g [out, N, rows, columns]"""
    flat = g.reshape(len(w), -1)
    dw, db = (flat @ cols.T).reshape(w.shape), flat.sum(axis=1)
    if not need_x:
        return None, dw, db
    n, c, height, width = shape
    k, rows = w.shape[2], g.shape[2]
    d = (w.reshape(len(w), -1).T @ flat).reshape(c, k, k, n, rows, rows)
    dx = np.zeros((n, c, height, width), dtype)
    for i in range(k):
        for j in range(k):
            dx[:, :, i:i + rows, j:j + rows] += d[:, i, j].transpose(1, 0, 2, 3)
    return dx, dw, db

def pool(y):
    """[C, N, H, W] -> [N, C, H/2, W/2]"""
    c, n, h, w = y.shape
    v = y.reshape(c, n, h // 2, 2, w // 2, 2)
    m = v.max(axis=(3, 5))
    return np.ascontiguousarray(m.transpose(1, 0, 2, 3)), v == m[:, :, :, None, :, None]

def pool_back(g, mask):
    return (mask * g.transpose(1, 0, 2, 3)[:, :, :, None, :, None]).reshape(
        mask.shape[0], mask.shape[1], mask.shape[2] * 2, mask.shape[4] * 2)

def step():
    a0, cols0, shape0 = convolve(x, W[0], B[0], 2)
    h0, mask0 = pool(np.maximum(a0, 0))
    a1, cols1, shape1 = convolve(h0, W[1], B[1], 0)
    h1, mask1 = pool(np.maximum(a1, 0))
    f = h1.reshape(BATCH, 400)
    a2 = f @ W[2] + B[2]; h2 = np.maximum(a2, 0)
    a3 = h2 @ W[3] + B[3]; h3 = np.maximum(a3, 0)
    z = h3 @ W[4] + B[4]
    z = z - z.max(axis=1, keepdims=True)
    e = np.exp(z); total = e.sum(axis=1, keepdims=True)
    loss = -(z[np.arange(BATCH), labels] - np.log(total[:, 0])).mean()
    g = e / total; g[np.arange(BATCH), labels] -= 1; g /= BATCH
    dW4, db4 = h3.T @ g, g.sum(axis=0)
    g3 = (g @ W[4].T) * (a3 > 0)
    dW3, db3 = h2.T @ g3, g3.sum(axis=0)
    g2 = (g3 @ W[3].T) * (a2 > 0)
    dW2, db2 = f.T @ g2, g2.sum(axis=0)
    g1 = pool_back((g2 @ W[2].T).reshape(h1.shape), mask1) * (a1 > 0)
    dh0, dW1, db1 = convolve_back(g1, W[1], cols1, shape1, True)
    g0 = pool_back(dh0, mask0) * (a0 > 0)
    _, dW0, db0 = convolve_back(g0, W[0], cols0, shape0, False)
    for i, (dW, db) in enumerate(((dW0, db0), (dW1, db1), (dW2, db2), (dW3, db3), (dW4, db4))):
        W[i] -= LR * dW
        B[i] -= LR * db
    return float(loss)

contend(step)
