"""What pictures and reports cost, as whole processes: docs/results/software.md, "Pictures and reports".

    python3 experiments/report_speed.py build/release/liteheart SHARED FOLDER

SHARED: the folder with the real recordings. FOLDER: where files are written; a day's recording of
three leads is made there once (130 MB). Prints milliseconds of processor time (mean), the shortest
wall-clock time, and the largest memory.
"""

import os
import resource
import subprocess
import sys
import time

import numpy as np


def make_day(folder):
    """24 h at 250 Hz: the same beats a minute long, with noise, at 1 000 steps a mV."""
    rate, minutes = 250, 24 * 60
    t = np.arange(60 * rate) / rate
    beats = np.zeros_like(t)
    for beat in np.arange(0.4, 60, 0.83):
        for after, width, mv in ((-0.16, 0.022, 0.12), (0, 0.011, 1), (0.28, 0.045, 0.25)):
            beats += mv * np.exp(-(((t - beat - after) / width) ** 2) / 2)
    noise = np.random.default_rng(1).normal(0, 10, minutes * len(t))
    lead = (np.tile(beats, minutes) * 1000 + noise).astype("<i2")
    np.stack([lead, lead // 2, -lead // 3], 1).tofile(os.path.join(folder, "day.dat"))
    with open(os.path.join(folder, "day.hea"), "w") as header:
        header.write(f"day 3 {rate} {len(lead)}\n")
        for name in ("I", "II", "V5"):
            header.write(f"day.dat 16 1000 16 0 0 0 0 {name}\n")


def cost(command, times):
    before, shortest, memory = resource.getrusage(resource.RUSAGE_CHILDREN), float("inf"), 0
    for _ in range(times):
        start = time.perf_counter()
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        _, status, usage = os.wait4(process.pid, 0)
        shortest = min(shortest, time.perf_counter() - start)
        memory = max(memory, usage.ru_maxrss)
        if status != 0:
            sys.exit(f"failed: {' '.join(command)}")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return 1e3 * used / times, 1e3 * shortest, memory / 1024


def main():
    liteheart, shared, folder = sys.argv[1:]
    os.makedirs(folder, exist_ok=True)
    if not os.path.exists(os.path.join(folder, "day.hea")):
        make_day(folder)
    subprocess.run([liteheart, "convert", f"{shared}/formats/wfdb/100.hea", f"{folder}/half_hour.hea",
                    "--lead", "MLII", "--force"], check=True, stdout=subprocess.DEVNULL)
    twelve = f"{shared}/data/ptbxl_500hz/records500/00000/00001_hr.hea"
    watch = f"{shared}/formats/apple_watch_csv/ecg_2021-12-17.csv"
    diagnose = [liteheart, "diagnose", "--threads", "1", "--lead", "I"]
    rows = [
        ("page, SVG", [liteheart, "draw", twelve, f"{folder}/page.svg"], 20),
        ("page, PDF", [liteheart, "draw", twelve, f"{folder}/page.pdf"], 20),
        ("report, 12 leads, HTML", diagnose + [twelve, "--report", f"{folder}/twelve.html"], 10),
        ("report, 12 leads, PDF", diagnose + [twelve, "--report", f"{folder}/twelve.pdf"], 10),
        ("report, watch, HTML", diagnose + [watch, "--report", f"{folder}/watch.html"], 10),
        ("report, 30 min, HTML",
         diagnose + [f"{folder}/half_hour.hea", "--report", f"{folder}/half_hour.html"], 3),
        ("overview, 24 h, PNG",
         [liteheart, "draw", f"{folder}/day.hea", f"{folder}/day.png", "--overview"], 3),
        ("report, 24 h, HTML", diagnose + [f"{folder}/day.hea", "--report", f"{folder}/day.html"], 1),
        ("diagnose, 12 leads, no report", diagnose + [twelve], 20),
    ]
    print(f"{'':<32}{'processor ms':>14}{'shortest ms':>14}{'MB':>8}")
    for name, command, times in rows:
        used, shortest, memory = cost(command, times)
        print(f"{name:<32}{used:>14.0f}{shortest:>14.0f}{memory:>8.0f}", flush=True)
    print("LiteHeart is research software, not a medical device.")


if __name__ == "__main__":
    main()
