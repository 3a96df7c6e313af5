"""The backbone of src/nn/backbone.h written in NumPy from DESIGN's description, in double.

    backbone_reference.py FILE

FILE (safetensors, made by backbone_test.cpp) holds weights, an input, and what libtorch made of it;
exit status 1 where any block, layer or logit differs by more than 1e-4, 77 where numpy is missing.
"""

import json
import struct
import sys

try:
    import numpy as np
except ImportError:
    sys.exit(77)

TOLERANCE = 1e-4


def read(path):
    with open(path, "rb") as file:
        header = json.loads(file.read(struct.unpack("<Q", file.read(8))[0]))
        data = file.read()
    metadata = header.pop("__metadata__")
    types = {"F32": "<f4", "I64": "<i8"}
    tensors = {}
    for name, entry in header.items():
        begin, end = entry["data_offsets"]
        values = np.frombuffer(data[begin:end], types[entry["dtype"]])
        tensors[name] = values.reshape(entry["shape"]).astype(np.float64)
    return json.loads(metadata["shape"]), tensors


def leaky(x):
    return np.where(x > 0, x, 0.01 * x)


def convolve(x, weight, bias, stride):
    """x [batch, in, time], weight [out, in, 9]: zero padding of 4 on each side."""
    half = weight.shape[2] // 2
    padded = np.pad(x, ((0, 0), (0, 0), (half, half)))
    windows = np.lib.stride_tricks.sliding_window_view(padded, weight.shape[2], axis=2)
    return np.einsum("bitk,oik->bot", windows[:, :, ::stride], weight) + bias[:, None]


def batch_norm(x, w, name):
    mean, variance = w[name + ".running_mean"], w[name + ".running_var"]
    scale = w[name + ".weight"] / np.sqrt(variance + 1e-5)
    return (x - mean[:, None]) * scale[:, None] + w[name + ".bias"][:, None]


def layer_norm(x, w, name):
    centred = x - x.mean(-1, keepdims=True)
    spread = np.sqrt((centred**2).mean(-1, keepdims=True) + 1e-5)
    return centred / spread * w[name + ".weight"] + w[name + ".bias"]


def linear(x, w, name):
    return x @ w[name + ".weight"].T + w[name + ".bias"]


def residual_block(x, w, name, stride):
    y = x
    for part, step in (("1", stride), ("2", 1)):
        kernel = w[f"{name}.conv{part}.weight"][:, :, 0]
        y = convolve(y, kernel, w[f"{name}.conv{part}.bias"], step)
        y = leaky(batch_norm(y, w, f"{name}.norm{part}"))
    batch, channels, time = x.shape
    pooled = x.reshape(batch, channels, time // stride, stride).mean(3)
    shortcut = np.einsum("bit,oi->bot", pooled, w[name + ".shortcut.weight"][:, :, 0, 0])
    return y + shortcut + w[name + ".shortcut.bias"][:, None]


def positions(tokens, width):
    table = np.empty((tokens, width))
    for pair in range(0, width, 2):
        angle = np.arange(tokens) / 10000 ** (pair / width)
        table[:, pair], table[:, pair + 1] = np.sin(angle), np.cos(angle)
    return table


def attention(x, w, name, heads, causal):
    tokens, width = x.shape[1:]
    size = width // heads
    query, key, value = np.split(linear(x, w, name + ".qkv"), 3, axis=2)
    mixed = np.empty_like(x)
    for head in range(heads):
        part = slice(head * size, (head + 1) * size)
        score = query[:, :, part] @ key[:, :, part].transpose(0, 2, 1) / np.sqrt(size)
        if causal:
            score[:, np.triu(np.ones((tokens, tokens), bool), 1)] = -np.inf
        share = np.exp(score - score.max(-1, keepdims=True))
        mixed[:, :, part] = share / share.sum(-1, keepdims=True) @ value[:, :, part]
    return linear(mixed, w, name + ".project")


def transformer_layer(x, w, name, shape):
    y = x + attention(layer_norm(x, w, name + ".norm1"), w, name, shape["heads"], shape["causal"])
    wide = leaky(linear(layer_norm(y, w, name + ".norm2"), w, name + ".widen"))
    return y + linear(wide, w, name + ".narrow")


def forward(x, w, shape):
    results = {}
    for i, stride in enumerate(shape["strides"]):
        x = results[f"blocks.{i}"] = residual_block(x, w, f"net.encoder.{i}", stride)
    x = x.transpose(0, 2, 1) + positions(x.shape[2], x.shape[1])
    layers = sum(name.startswith("layers.") for name in w)
    for i in range(layers):
        x = results[f"layers.{i}"] = transformer_layer(x, w, f"net.transformer.{i}", shape)
    results["logits"] = linear(linear(x.max(1), w, "net.hidden"), w, "net.output")
    return results


shape, tensors = read(sys.argv[1])
worst = 0.0
for name, expected in forward(tensors["input"], tensors, shape).items():
    if expected.shape != tensors[name].shape:
        sys.exit(f"{name}: shape {tensors[name].shape}, expected {expected.shape}")
    difference = np.abs(expected - tensors[name]).max()
    worst = max(worst, difference)
    if not difference <= TOLERANCE:
        sys.exit(f"{name} differs by {difference}")
print(f"largest difference {worst:.1e}")
