"""The step of the study with NumPy, float64 or float32, as a program of matrix products."""
import os, sys
sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
import numpy as np
from shared import contend, dtype, numbers

SIZES, BATCH, LR = [784, 200, 200, 10], 100, 0.1

x = numbers(BATCH * 784, 1, 2).reshape(BATCH, 784)
labels = np.array([(i * 7) % 10 for i in range(BATCH)])
W = [numbers(SIZES[i] * SIZES[i + 1], 10 + i, np.sqrt(24 / SIZES[i])).reshape(SIZES[i], SIZES[i + 1]) for i in range(3)]
B = [np.zeros(SIZES[i + 1], dtype) for i in range(3)]

def step():
    a0 = x @ W[0] + B[0]; h0 = np.maximum(a0, 0)
    a1 = h0 @ W[1] + B[1]; h1 = np.maximum(a1, 0)
    z = h1 @ W[2] + B[2]
    z = z - z.max(axis=1, keepdims=True)
    e = np.exp(z); total = e.sum(axis=1, keepdims=True)
    loss = -(z[np.arange(BATCH), labels] - np.log(total[:, 0])).mean()
    g = e / total; g[np.arange(BATCH), labels] -= 1; g /= BATCH
    dW2, db2 = h1.T @ g, g.sum(axis=0)
    g1 = (g @ W[2].T) * (a1 > 0)
    dW1, db1 = h0.T @ g1, g1.sum(axis=0)
    g0 = (g1 @ W[1].T) * (a0 > 0)
    dW0, db0 = x.T @ g0, g0.sum(axis=0)
    for i, (dW, db) in enumerate(((dW0, db0), (dW1, db1), (dW2, db2))):
        W[i] -= LR * dW
        B[i] -= LR * db
    return float(loss)

contend(step)
