#!/usr/bin/env python3
"""The backbone, trained plainly, written a second time with PyTorch: a control for `liteheart train`.

It shares no code with LiteHeart and reads only the prepared data set, so where both agree, neither
the networks nor the training loop of either is likely to be at fault. Needs python3-torch,
python3-numpy and python3-sklearn. Not a medical device.

    experiments/plain_prototype.py --data d19 --leads 0                          # baseline, lead I
    experiments/plain_prototype.py --data d19 --leads all --width 128 --layers 4 # teacher
"""
import argparse
import copy
import csv
import json
import math
import time

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F
from sklearn.metrics import average_precision_score, roc_auc_score


class Block(nn.Module):
    def __init__(self, before, width, stride):
        super().__init__()
        self.stride = stride
        self.conv1 = nn.Conv2d(before, width, (1, 9), (1, stride), (0, 4))
        self.norm1 = nn.BatchNorm2d(width)
        self.conv2 = nn.Conv2d(width, width, (1, 9), 1, (0, 4))
        self.norm2 = nn.BatchNorm2d(width)
        self.shortcut = nn.Conv2d(before, width, 1)

    def forward(self, x):
        y = F.leaky_relu(self.norm1(self.conv1(x)))
        y = F.leaky_relu(self.norm2(self.conv2(y)))
        return y + self.shortcut(F.avg_pool2d(x, (1, self.stride)))


class Layer(nn.Module):
    def __init__(self, width, heads=16):
        super().__init__()
        self.heads = heads
        self.norm1, self.norm2 = nn.LayerNorm(width), nn.LayerNorm(width)
        self.qkv, self.project = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.widen, self.narrow = nn.Linear(width, 4 * width), nn.Linear(4 * width, width)

    def forward(self, x):
        batch, tokens, width = x.shape
        each = width // self.heads
        q, k, v = self.qkv(self.norm1(x)).view(batch, tokens, 3, self.heads, each).permute(2, 0, 3, 1, 4)
        mixed = torch.softmax(q @ k.transpose(2, 3) / math.sqrt(each), -1) @ v
        x = x + self.project(mixed.transpose(1, 2).reshape(batch, tokens, width))
        return x + self.narrow(F.leaky_relu(self.widen(self.norm2(x))))


class Net(nn.Module):
    def __init__(self, leads, width, layers, strides, classes):
        super().__init__()
        self.width = width
        widths = [leads] + [width] * len(strides)
        self.encoder = nn.Sequential(*(Block(a, b, s) for a, b, s in zip(widths, widths[1:], strides)))
        self.transformer = nn.Sequential(*(Layer(width) for _ in range(layers)))
        self.hidden, self.output = nn.Linear(width, width), nn.Linear(width, classes)

    def forward(self, x):
        y = self.encoder(x.unsqueeze(2)).squeeze(2).transpose(1, 2).float()
        angle = torch.arange(y.shape[1])[:, None] * torch.exp(
            -math.log(10000) * torch.arange(0, self.width, 2) / self.width)
        positions = torch.stack([angle.sin(), angle.cos()], 2).reshape(y.shape[1], self.width)
        return self.output(self.hidden(self.transformer(y + positions).max(1)[0])).float()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", required=True, help="prepared data set")
    parser.add_argument("--leads", default="0", help="indices joined by commas, or all")
    parser.add_argument("--width", type=int, default=64)
    parser.add_argument("--layers", type=int, default=1)
    parser.add_argument("--strides", default="4-4-4")
    parser.add_argument("--epochs", type=int, default=15)
    parser.add_argument("--cutmix", type=float, default=0, help="share of batches mixed")
    parser.add_argument("--averaging", type=float, default=0, help="decay of the running mean of weights")
    parser.add_argument("--z-score", action="store_true", help="normalize each lead")
    parser.add_argument("--fp32", action="store_true", help="no bf16")
    parser.add_argument("--folds", help="train folds such as 1-6, all epochs, no selection; tells each other fold")
    parser.add_argument("--seed", type=int, default=1)
    o = parser.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(o.seed)
    rng = np.random.default_rng(o.seed)

    signals = np.load(o.data + "/signals.npy", mmap_mode="r")
    labels = np.load(o.data + "/labels.npy").astype(np.float32)
    rows = list(csv.DictReader(open(o.data + "/records.csv")))
    scale = json.load(open(o.data + "/dataset.json"))["scale"]
    split, fold = np.array([r["split"] for r in rows]), np.array([int(r["fold"] or 0) for r in rows])
    train, validate, test = (np.where(split == s)[0] for s in ("train", "validate", "test"))
    if o.folds:
        first, last = map(int, o.folds.split("-"))
        train = np.where((fold >= first) & (fold <= last))[0]
    leads = list(range(12)) if o.leads == "all" else [int(i) for i in o.leads.split(",")]
    x = torch.from_numpy(np.ascontiguousarray(signals[:, leads]))
    y = torch.from_numpy(labels)

    def load(records):
        batch = x[records].float() * scale
        if o.z_score:
            batch = (batch - batch.mean(2, keepdim=True)) / (batch.std(2, keepdim=True) + 1e-6)
        return batch

    def bf16():
        return torch.autocast("cpu", torch.bfloat16, enabled=not o.fp32)

    def score(net, records):
        net.eval()
        with torch.no_grad(), bf16():
            logits = torch.cat([net(load(records[i:i + 128])) for i in range(0, len(records), 128)]).numpy()
        net.train()
        known = [c for c in range(labels.shape[1]) if labels[records, c].any()]
        return [np.mean([f(labels[records, c], logits[:, c]) for c in known])
                for f in (roc_auc_score, average_precision_score)]

    net = Net(len(leads), o.width, o.layers, [int(s) for s in o.strides.split("-")], labels.shape[1])
    mean = copy.deepcopy(net)
    optimizer = torch.optim.AdamW(net.parameters(), 1e-3, weight_decay=0.01)
    size, step, best, order, began = 64, 0, -1, np.array([], int), time.time()
    per_epoch = math.ceil(len(train) / size)
    for epoch in range(o.epochs):
        for _ in range(per_epoch):
            if len(order) < size:
                order = np.concatenate([order, rng.permutation(train)])
            records, order = order[:size], order[size:]
            batch, target = load(records), y[records]
            if o.cutmix and rng.random() < o.cutmix:
                length = int(round(rng.beta(0.75, 0.75) * batch.shape[2]))
                start, partner = rng.integers(0, batch.shape[2] - length + 1), torch.from_numpy(rng.permutation(size))
                batch[:, :, start:start + length] = batch[partner][:, :, start:start + length]
                share = length / batch.shape[2]
                target = target * (1 - share) + target[partner] * share
            with bf16():
                logits = net(batch)
            optimizer.zero_grad()
            F.binary_cross_entropy_with_logits(logits, target).backward()
            nn.utils.clip_grad_norm_(net.parameters(), 2)
            rest = (o.epochs * per_epoch - step) / max(1, (o.epochs - 1) * per_epoch)
            for group in optimizer.param_groups:
                group["lr"] = 1e-3 * min((step + 1) / per_epoch, rest)
            optimizer.step()
            step += 1
            keep = min(o.averaging, (1 + step) / (10 + step)) if o.averaging else 0
            for into, now in zip(mean.state_dict().values(), net.state_dict().values()):
                into.copy_(into * keep + now * (1 - keep) if into.dtype.is_floating_point else now)
        auc, ap = score(mean, validate)
        print(f"epoch {epoch + 1}: validation AUC {auc:.4f} MAP {ap:.4f}, {time.time() - began:.0f} s", flush=True)
        if ap > best or o.folds:
            best, kept = ap, copy.deepcopy(mean)
    if o.folds:
        for f in sorted(set(fold) - set(fold[train])):
            print("fold {}: AUC {:.4f} MAP {:.4f}".format(f, *score(kept, np.where(fold == f)[0])))
    else:
        print("validation: AUC {:.4f} MAP {:.4f}".format(*score(kept, validate)))
        print("test: AUC {:.4f} MAP {:.4f}".format(*score(kept, test)))


if __name__ == "__main__":
    main()
