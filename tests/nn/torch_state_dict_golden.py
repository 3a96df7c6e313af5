"""Makes code_tiny_12lead_golden.h: a state dict of torch.save read without PyTorch.

usage: torch_state_dict_golden.py FILE.pkl    (needs NumPy; only for files that you trust)
Prints a line a tensor: name, shape, sum of element i (from 1, row-major) times i modulo 97.
"""
import collections
import pickle
import sys
import zipfile

import numpy as np

archive = zipfile.ZipFile(sys.argv[1])
folder = archive.namelist()[0].split("/")[0]
types = {"FloatStorage": np.float32, "LongStorage": np.int64}


def rebuild(storage, offset, shape, strides, *_):
    return np.lib.stride_tricks.as_strided(
        storage[offset:], shape, [s * storage.itemsize for s in strides])


class Reader(pickle.Unpickler):
    def find_class(self, module, name):
        known = {"OrderedDict": collections.OrderedDict, "_rebuild_tensor_v2": rebuild}
        return known[name] if name in known else types[name]

    def persistent_load(self, identity):
        return np.frombuffer(archive.read(f"{folder}/data/{identity[2]}"), identity[1])


for name, tensor in Reader(archive.open(f"{folder}/data.pkl")).load().items():
    flat = tensor.astype(np.float64).ravel()
    weighted = flat @ (np.arange(1, flat.size + 1) % 97)
    print(f'    {{"{name}", {{{", ".join(map(str, tensor.shape))}}}, {weighted:.9g}}},')
