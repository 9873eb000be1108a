"""
Writes test/fixtures/precision.json: every elementwise function of one or two numbers, and its slopes, at points from the
smallest to the largest float64, to more digits than a float64 has. `python3 test/tools/precision.py`, with mpmath.

A row of the fixture is a text of numbers: the arguments, then the value and each slope as a float64, followed by what the
rounding to float64 has lost, in ulp.
"""
import json
import math
import random
import struct
from pathlib import Path

from mpmath import (acos, asin, atan, atan2, cbrt, cos, cosh, erf, erfc, exp, expm1, frexp, ln10, ln2, log, log1p, mp, mpf, pi, power,
                    sec, sech, sin, sinh, sqrt, tan, tanh)

mp.prec = 1400
random.seed(1)

SELU_ALPHA, SELU_SCALE = mpf(1.6732632423543772), mpf(1.0507009873554805)


def single(x):
    return struct.unpack("f", struct.pack("f", x))[0]


def sigma(x):
    return 1 / (1 + exp(-x))


def sigma_slope(x):
    return sigma(x) * sigma(-x)


def phi(x):
    return exp(-x * x / 2) / sqrt(2 * pi)


def cdf(x):
    if abs(x) > 60:
        return mpf(0) if x < 0 else mpf(1)
    return erfc(-x / sqrt(mpf(2))) / 2


def erf_safe(x):
    return erf(x) if abs(x) < 60 else mpf(1 if x > 0 else -1)


def cubic(x):
    return sqrt(8 / pi) * (x + mpf("0.044715") * x**3)


def cubic_slope(x):
    return sqrt(8 / pi) * (1 + 3 * mpf("0.044715") * x**2)


def softplus(x):
    return log1p(exp(x)) if x < 0 else x + log1p(exp(-x))


def gate_slope(x):
    return sech(softplus(x)) ** 2 * sigma(x)


def elu(alpha, scale):
    return (lambda x: scale * (x if x > 0 else alpha * expm1(x)),
            lambda x: scale if x > 0 else scale * alpha * exp(x))


def hard(x):
    return min(max(x + 3, mpf(0)), mpf(6)) / 6


REAL = lambda x: True
POSITIVE = lambda x: x > 0
DISC = lambda x: abs(x) < 1
BELOW = lambda limit: lambda x: abs(x) < limit

# Name: value, slope, domain, points of interest.
UNARY = {
    "neg": (lambda x: -x, lambda x: mpf(-1), REAL, []),
    "square": (lambda x: x * x, lambda x: 2 * x, REAL, []),
    "reciprocal": (lambda x: 1 / x, lambda x: -1 / x**2, lambda x: x != 0, []),
    "abs": (abs, lambda x: mpf(1 if x > 0 else -1), lambda x: x != 0, []),
    "exp": (exp, exp, REAL, [88.72, -87.34, -103.9, 709.78, -708.4, -745.1]),
    "expm1": (expm1, exp, REAL, [88.72, -36.7, -17.3, 709.78, -708.4, -745.1]),
    "log": (log, lambda x: 1 / x, POSITIVE, [1 - 2**-24, 1 + 2**-23, 1 - 2**-53, 1 + 2**-52, 0.7071, 1.4142]),
    "log1p": (log1p, lambda x: 1 / (1 + x), lambda x: x > -1, [-1 + 2**-24, -1 + 2**-53, -0.293, 0.414]),
    "sqrt": (sqrt, lambda x: 1 / (2 * sqrt(x)), POSITIVE, []),
    "cbrt": (lambda x: cbrt(abs(x)) * (1 if x > 0 else -1), lambda x: cbrt(abs(x)) ** -2 / 3, lambda x: x != 0, []),
    "rsqrt": (lambda x: 1 / sqrt(x), lambda x: -1 / (2 * x * sqrt(x)), POSITIVE, []),
    "sin": (sin, cos, REAL, [k * math.pi / 2 for k in (1, 2, 3, 4, 11, 355)] + [710, 1e6, 2**20, 1e22]),
    "cos": (cos, lambda x: -sin(x), REAL, [k * math.pi / 2 for k in (1, 2, 3, 4, 11, 355)] + [710, 1e6, 2**20, 1e22]),
    "tan": (tan, lambda x: sec(x) ** 2, REAL, [k * math.pi / 4 for k in (1, 2, 3, 4, 11, 355)] + [710, 1e6, 1e22]),
    "asin": (asin, lambda x: 1 / sqrt((1 - x) * (1 + x)), DISC, [1 - 2**-24, -1 + 2**-24, 1 - 2**-53, 0.7071]),
    "acos": (acos, lambda x: -1 / sqrt((1 - x) * (1 + x)), DISC, [1 - 2**-24, -1 + 2**-24, 1 - 2**-53, 0.7071]),
    "atan": (atan, lambda x: 1 / (1 + x * x), REAL, [0.4142, 2.4142]),
    "sinh": (sinh, cosh, REAL, [89.4, 88.8, 710.4, 709.9]),
    "cosh": (cosh, sinh, REAL, [89.4, 88.8, 710.4, 709.9]),
    "tanh": (tanh, lambda x: sech(x) ** 2, REAL, [9.01, 8.66, 18.7, 19.06, 44.4, 52, 354.5, 372]),
    "erf": (erf_safe, lambda x: 2 / sqrt(pi) * exp(-x * x), REAL, [3.9, 5.86, 9.3, 10.1, 26.5, 27.2]),
    "normalCdf": (cdf, phi, REAL, [-5.5, 5.4, -12.9, -14.1, 8.3, -37.5, -38.4]),
    "leakyRelu": (lambda x: x if x > 0 else mpf(0.01) * x, lambda x: mpf(1) if x > 0 else mpf(0.01), lambda x: x != 0, []),
    "elu": (*elu(mpf(1), mpf(1)), REAL, [-17.3, -36.7, -87.3, -103, -708, -745]),
    "selu": (*elu(SELU_ALPHA, SELU_SCALE), lambda x: x != 0, [-17.3, -36.7, -87.3, -103, -708, -745]),
    "sigmoid": (sigma, sigma_slope, REAL, [16.6, 17.4, 36.7, 37.5, 87, 103, 708, 745]),
    "softplus": (softplus, sigma, REAL, [16.6, 17.4, 36.7, 37.5, 87, 103, 708, 745]),
    "gelu": (lambda x: x * cdf(x), lambda x: cdf(x) + x * phi(x), REAL,
             [-0.7517916243, -0.75, 5.5, -14.3, -37.5, -38.5]),
    "geluByTanh": (lambda x: x * sigma(cubic(x)), lambda x: sigma(cubic(x)) + x * sigma_slope(cubic(x)) * cubic_slope(x),
                   REAL, [-0.7524614, -0.75, 5.0, -10.1, -10.6, -20, -21.2]),
    "silu": (lambda x: x * sigma(x), lambda x: sigma(x) + x * sigma_slope(x), REAL,
             [-1.2784645, -1.28, 2.3993572, 87, 103, 708, 745]),
    "mish": (lambda x: x * tanh(softplus(x)), lambda x: tanh(softplus(x)) + x * gate_slope(x), REAL,
             [-1.1924312, -1.19, 1.4, 43, 87, 103, 354, 708, 745]),
    "softsign": (lambda x: x / (1 + abs(x)), lambda x: 1 / (1 + abs(x)) ** 2, REAL, []),
    "hardSigmoid": (hard, lambda x: mpf(1) / 6 if abs(x) < 3 else mpf(0), lambda x: abs(x) != 3, [2.9999998, 3.0000002]),
    "hardSwish": (lambda x: x * hard(x), lambda x: (2 * x + 3) / 6 if abs(x) < 3 else mpf(1 if x > 0 else 0),
                  lambda x: abs(x) != 3, [2.9999998, 3.0000002, -1.5, -1.4999999]),
    "log2": (lambda x: log(x) / ln2, lambda x: 1 / (x * ln2), POSITIVE, [1 - 2**-24, 1 + 2**-23, 1 - 2**-53, 1 + 2**-52, 0.7071, 1.4142]),
    "log10": (lambda x: log(x) / ln10, lambda x: 1 / (x * ln10), POSITIVE,
              [1 - 2**-24, 1 + 2**-23, 1 - 2**-53, 1 + 2**-52, 0.7071, 1.4142]),
    # From ½ below a power of 2 that overflows on, the value is infinite and the slope is not.
    "exp2": (lambda x: power(2, x), lambda x: power(2, x) * ln2, lambda x: not (127.9 < x < 129 or 1023.9 < x < 1025),
             [127.8, -126.3, -149.3, 1023.8, -1022.4, -1074.2]),
    "logSigmoid": (lambda x: -softplus(-x), lambda x: sigma(-x), REAL, [16.6, 17.4, 36.7, 37.5, 87, 103, 708, 745]),
    "softplusBy3": (lambda x: softplus(3 * x) / 3, lambda x: sigma(3 * x), REAL, [5.5, 12.2, 12.5, 29, 34.3, 236, 248]),
}

def log_add_exp(a, b):
    return max(a, b) + log1p(exp(-abs(a - b)))


# Name: value, slope in a, slope in b. The value has to be real, and a not 0.
BINARY = {
    "div": (lambda a, b: a / b, lambda a, b: 1 / b, lambda a, b: -a / b**2),
    "pow": (power, lambda a, b: b * power(a, b - 1), lambda a, b: power(a, b) * log(a)),
}
# The same, for pairs of all signs and sizes.
BINARY_EVERYWHERE = {
    "hypot": (lambda a, b: sqrt(a * a + b * b), lambda a, b: a / sqrt(a * a + b * b), lambda a, b: b / sqrt(a * a + b * b)),
    "atan2": (atan2, lambda a, b: b / (a * a + b * b), lambda a, b: -a / (a * a + b * b)),
    "logAddExp": (log_add_exp, lambda a, b: sigma(a - b), lambda a, b: sigma(b - a)),
}


def ordinary():
    """Points that float32 holds, of both signs, from the smallest to the largest."""
    sizes = [2.0**-149, 3e-42, 2.0**-126, 1e-25, 1e-12, 2.0**-24, 3e-4, 0.01, 0.1, 0.25, 0.34, 0.37, 0.5, 0.55, 0.7, 0.9, 1, 1.1,
             1.25, 1.45, 1.75, 2, 2.4, 3.3, 4.6, 5.5, 6.5, 8, 10, 13, 17, 21, 30, 50, 80, 95, 120, 1000, 12345.678, 1e6, 1e10,
             1e15, 1.8e19, 1e20, 1e25, 3.4e38]
    return [sign * single(x) for x in sizes for sign in (1, -1)]


def drawn(count):
    """Points of every size from 2⁻¹⁰ to 2⁷."""
    return [single(random.choice((1, -1)) * 2 ** random.uniform(-10, 7)) for _ in range(count)]


FAR = [sign * x for x in (5e-324, 3e-310, 2.0**-1022, 1e-250, 1e-160, 1e-100, 1e-50, 400, 650, 1e50, 1e100, 1e154, 1e160, 1e250, 1.7e308)
       for sign in (1, -1)]


def around(points):
    return [sign * x for p in points for sign in (1, -1) for x in (p, single(p))]


def rounded(true):
    """The nearest float64, and the rest in its ulp."""
    if abs(true) >= mpf(2) ** 1024 * (1 - mpf(2) ** -54):
        return ["Infinity" if true > 0 else "-Infinity", "0"]
    if abs(true) < mpf(2) ** -1080:
        return ["0", "0"]
    subnormal = abs(true) < mpf(2) ** -1022
    nearest = math.ldexp(int(mp.nint(mp.ldexp(true, 1074))), -1074) if subnormal else float(true)
    unit = mpf(2) ** max(frexp(mpf(nearest))[1] - 53, -1074) if nearest else mpf(2) ** -1074
    return [repr(nearest).removesuffix(".0"), f"{float((true - mpf(nearest)) / unit):.2f}".removesuffix(".00")]


def row(arguments, trues):
    return " ".join([repr(float(x)).removesuffix(".0") for x in arguments] + [part for true in trues for part in rounded(true)])


def unary(value, slope, domain, special):
    points = sorted({float(x) for x in ordinary() + drawn(16) + FAR + around(special) if domain(x)})
    return [row([x], [value(mpf(x)), slope(mpf(x))]) for x in points]


def pairs():
    sizes = [1e-30, 0.001, 0.3, 0.9999, 1, 1.0001, 1.5, 3, 10, 1e30]
    grid = [(a, b) for a in sizes for b in (-20, -2.5, -1, -1e-8, 0.3333, 0.5, 1, 2, 3, 40)]
    edges = [(1.0000001, 8e8), (1.0000001, -7e8), (0.99999, 1e7), (1e-300, 1.02), (1e300, -1.01), (1e200, 1.54), (2, 1023.5),
             (2, -1022.5), (2, 127.99), (2, -125.99), (1e-40, 0.9), (3e38, 0.99), (7, 45.3), (7, 45), (0.1, 37.5), (10, 38)]
    return [(single(a), single(b)) for a, b in grid] + [(float(a), float(b)) for a, b in edges]


def points():
    sizes = [1e-40, 1e-30, 0.001, 0.3, 0.9999, 1, 1.5, 3.3, 87.3, 1000, 1e19, 3e38]
    grid = [(a, sign * b) for a in sizes for b in sizes for sign in (1, -1)]
    edges = [(1e-310, 1e-320), (1e300, -1e300), (1.5e308, 1e308), (5e-324, -1e-323), (1e-200, 1e-160), (3, 1e-17), (1e-17, -3), (0.4142, -1),
             (1, -0.4142), (2.4142, 1), (-1e-8, -1), (700.3, 1.1), (-700.3, 1.1), (-40.7, -3.3), (36.5, 0.1), (-745.1, 0.3)]
    return [(single(a), single(b)) for a, b in grid] + edges


fixture = {name: unary(*of) for name, of in UNARY.items()}
for name, functions in BINARY.items():
    fixture[name] = [row((a, b), [f(mpf(a), mpf(b)) for f in functions]) for a, b in pairs()]
for name, functions in BINARY_EVERYWHERE.items():
    fixture[name] = [row((a, b), [f(mpf(a), mpf(b)) for f in functions]) for a, b in points() if a != -b or name != "logAddExp"]
target = Path(__file__).parent.parent / "fixtures" / "precision.json"
target.write_text(json.dumps(fixture, indent=2) + "\n")
print(target, target.stat().st_size, "bytes")
