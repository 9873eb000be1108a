"""What every program with NumPy uses: the same numbers as the others, and the answers to the one who measures."""
import json, sys, time
import numpy as np

dtype = np.dtype(sys.argv[1])

def numbers(count, seed, scale):
    out, state = np.empty(count), seed
    for i in range(count):
        state = (state * 1664525 + 1013904223) % 2**32
        out[i] = (state / 2**32 - 0.5) * scale
    return out.astype(np.float32).astype(dtype)

def contend(step):
    print('"ready"', flush=True)
    for line in sys.stdin:
        steps = json.loads(line)["steps"]
        start = time.perf_counter()
        for _ in range(steps):
            loss = step()
        print(json.dumps({"ms": (time.perf_counter() - start) * 1000 / steps, "loss": loss}), flush=True)
