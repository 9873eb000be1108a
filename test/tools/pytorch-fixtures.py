"""
The same models in PyTorch: what tapegrad's translation of names and layouts is compared with.

  python3 test/tools/pytorch-fixtures.py write          writes test/fixtures/pytorch/*.safetensors; needs torch
  python3 test/tools/pytorch-fixtures.py read FILE      prints what a .safetensors file holds as JSON; needs no package
  python3 test/tools/pytorch-fixtures.py answer FOLDER  loads FOLDER/CASE.safetensors into the model of each case, strictly,
                                                        and prints outputs and gradients as JSON; needs torch

A fixture holds float64: `state/NAME` for the state dict, `input/NAME`, `output` in training, `cotangent`, `grad/NAME` of each
parameter and `gradInput/NAME` of each input for that cotangent, `after/NAME` for the buffers after that one forward, and
`evaluated`, the output in evaluation after it. The outputs of a model with several are joined in one row.
"""
import json
import struct
import sys
from pathlib import Path

FIXTURES = Path(__file__).resolve().parent.parent / "fixtures" / "pytorch"
FORMATS = {"F64": ("d", 8), "F32": ("f", 4), "I64": ("q", 8)}


def write_safetensors(path, tensors):
    """Writes {name: (dtype, shape, values)}, by the description at https://huggingface.co/docs/safetensors."""
    header, data = {}, b""
    for name, (dtype, shape, values) in tensors.items():
        begin = len(data)
        data += struct.pack(f"<{len(values)}{FORMATS[dtype][0]}", *values)
        header[name] = {"dtype": dtype, "shape": shape, "data_offsets": [begin, len(data)]}
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    path.write_bytes(struct.pack("<Q", len(text)) + text + data)


def read_safetensors(path):
    """Reads {name: (dtype, shape, values)}."""
    file = path.read_bytes()
    (length,) = struct.unpack("<Q", file[:8])
    header, data = json.loads(file[8 : 8 + length]), file[8 + length :]
    header.pop("__metadata__", None)
    tensors = {}
    for name, entry in header.items():
        letter, size = FORMATS[entry["dtype"]]
        begin, end = entry["data_offsets"]
        values = struct.unpack(f"<{(end - begin) // size}{letter}", data[begin:end])
        tensors[name] = (entry["dtype"], entry["shape"], list(values))
    return tensors


def in_torch(torch, saved):
    return {
        name: torch.tensor(values, dtype=torch.int64 if dtype == "I64" else torch.float64).reshape(shape)
        for name, (dtype, shape, values) in saved.items()
    }


def out_of_torch(torch, tensors):
    return {
        name: ("I64" if t.dtype == torch.int64 else "F64", list(t.shape), t.detach().flatten().tolist())
        for name, t in tensors.items()
    }


def cases(torch):
    """By name: a model, its inputs, and how it is called, if not by `model(x)`."""
    nn, drawn = torch.nn, lambda *shape: torch.randn(*shape)
    row = lambda *outputs: torch.cat([one.flatten() for one in outputs])

    class Net(nn.Module):
        """A model of one's own: its fields are given."""

        def __init__(self, **fields):
            super().__init__()
            for name, field in fields.items():
                setattr(self, name, field)

    def tied():
        net = Net(net=nn.Sequential(nn.Linear(4, 4), nn.Tanh()), readout=nn.Linear(4, 4))
        net.readout.weight = net.net[0].weight
        net.shared = net.readout
        return net

    def run_cells(net, x):
        rnn, gru = net.rnn(x), net.gru(x)
        return row(rnn, gru, *net.lstm(x, (rnn, gru)))

    def run_recurrent(net, x, h, c=None):
        output, state = net(x, h if c is None else (h, c))
        return row(output, *(state if isinstance(state, tuple) else (state,)))

    recurrent = {"num_layers": 2, "bidirectional": True}
    layer = lambda **options: nn.TransformerEncoderLayer(4, 2, 6, dropout=0.0, batch_first=True, **options)
    sequence = lambda: {"x": drawn(4, 2, 3), "h": drawn(4, 2, 2)}
    return {
        "mlp": (
            nn.Sequential(nn.Linear(4, 5), nn.Tanh(), nn.Sequential(nn.Linear(5, 3, bias=False), nn.ReLU()), nn.Linear(3, 2)),
            {"x": drawn(3, 4)},
        ),
        "images": (
            nn.Sequential(
                nn.Conv2d(2, 4, 3, stride=2, padding=1), nn.BatchNorm2d(4), nn.ReLU(),
                nn.Conv2d(4, 6, (3, 1), groups=2), nn.BatchNorm2d(6, momentum=None), nn.Flatten(), nn.Linear(18, 3),
            ),
            {"x": drawn(5, 2, 6, 6)},
        ),
        "signals": (
            nn.Sequential(nn.Conv1d(2, 3, 3, padding=1), nn.BatchNorm1d(3), nn.Flatten(), nn.BatchNorm1d(12, affine=False)),
            {"x": drawn(4, 2, 4)},
        ),
        "upwards": (
            nn.ConvTranspose2d(4, 6, 3, stride=2, padding=1, output_padding=1, groups=2),
            {"x": drawn(2, 4, 3, 3)},
        ),
        "norms": (
            nn.Sequential(nn.GroupNorm(2, 4), nn.InstanceNorm2d(4, affine=True), nn.PReLU(4), nn.LayerNorm([2, 3]), nn.PReLU()),
            {"x": drawn(3, 4, 2, 3)},
        ),
        "embedding": (
            nn.Sequential(nn.Embedding(5, 3, padding_idx=1), nn.Linear(3, 2)),
            {"x": torch.tensor([[0, 1, 4], [4, 1, 2]])},
        ),
        "cells": (Net(rnn=nn.RNNCell(3, 2), gru=nn.GRUCell(3, 2), lstm=nn.LSTMCell(3, 2)), {"x": drawn(2, 3)}, run_cells),
        "rnn": (nn.RNN(3, 2, nonlinearity="relu", **recurrent), sequence(), run_recurrent),
        "gru": (nn.GRU(3, 2, **recurrent), sequence(), run_recurrent),
        "lstm": (nn.LSTM(3, 2, **recurrent), {**sequence(), "c": drawn(4, 2, 2)}, run_recurrent),
        "attention": (
            nn.MultiheadAttention(4, 2, batch_first=True),
            {"x": drawn(2, 3, 4), "memory": drawn(2, 5, 4)},
            lambda net, x, memory: net(x, memory, memory)[0],
        ),
        "transformer": (
            Net(blocks=nn.ModuleList([layer(), layer(activation="gelu", norm_first=True)])),
            {"x": drawn(2, 3, 4)},
            lambda net, x: net.blocks[1](net.blocks[0](x)),
        ),
        "tied": (tied(), {"x": drawn(2, 4)}, lambda net, x: net.shared(net.net(x)) + net.readout(x)),
    }


def answer(torch, case, cotangent=None):
    """Output, gradients and buffers of a model that trains, then its output in evaluation."""
    model, inputs, *run = case
    run = run[0] if run else lambda net, x: net(x)
    leaves = {name: x.clone().requires_grad_(x.is_floating_point()) for name, x in inputs.items()}
    model.train().zero_grad()
    output = run(model, **leaves)
    if cotangent is None:
        cotangent = torch.randn_like(output)
    output.backward(cotangent)
    parts = {
        "output": output,
        "cotangent": cotangent,
        **{f"grad/{name}": p.grad for name, p in model.named_parameters()},
        **{f"gradInput/{name}": x.grad for name, x in leaves.items() if x.grad is not None},
        **{f"after/{name}": buffer for name, buffer in model.named_buffers()},
    }
    with torch.no_grad():
        return {**parts, "evaluated": run(model.eval(), **inputs)}


def train(torch, case):
    """Moves every parameter away from its first value, by noise and by some steps of descent."""
    model, inputs, *run = case
    for p in model.parameters():
        p.data += 0.3 * torch.randn_like(p)
    for _ in range(3):
        moved = {name: x + 0.5 * torch.randn_like(x) if x.is_floating_point() else x for name, x in inputs.items()}
        answer(torch, (model, moved, *run))
        for p in model.parameters():
            p.data -= 0.01 * p.grad


def torch_in_float64():
    import torch

    torch.manual_seed(1)
    torch.set_default_dtype(torch.float64)
    torch.set_num_threads(1)
    return torch


def write():
    torch = torch_in_float64()
    FIXTURES.mkdir(exist_ok=True)
    for name, case in cases(torch).items():
        train(torch, case)
        parts = {
            # A copy, since a forward in training changes the buffers.
            **{f"state/{key}": value.clone() for key, value in case[0].state_dict().items()},
            **{f"input/{key}": x for key, x in case[1].items()},
        }
        write_safetensors(FIXTURES / f"{name}.safetensors", out_of_torch(torch, {**parts, **answer(torch, case)}))
    # The two formats of PyTorch itself, which are recognised and not read.
    for name, new in [("new", True), ("old", False)]:
        torch.save({"w": torch.arange(3.0)}, FIXTURES / f"{name}.pt", _use_new_zipfile_serialization=new)


def answers(folder):
    torch = torch_in_float64()
    found = {}
    for name, (model, _, *run) in cases(torch).items():
        fixture = in_torch(torch, read_safetensors(FIXTURES / f"{name}.safetensors"))
        inputs = {key[6:]: x for key, x in fixture.items() if key.startswith("input/")}
        model.load_state_dict(in_torch(torch, read_safetensors(folder / f"{name}.safetensors")), strict=True)
        parts = out_of_torch(torch, answer(torch, (model, inputs, *run), fixture["cotangent"]))
        # A text has one line in the JSON that is recorded of this, however many numbers it holds.
        found[name] = {key: " ".join(map(repr, values)) for key, (_, _, values) in parts.items() if key != "cotangent"}
    return {"torch": torch.__version__, "answers": found}


if __name__ == "__main__":
    mode, *paths = sys.argv[1:]
    if mode == "write":
        write()
    elif mode == "read":
        print(json.dumps(read_safetensors(Path(paths[0]))))
    elif mode == "answer":
        print(json.dumps(answers(Path(paths[0]))))
    else:
        sys.exit(__doc__)
