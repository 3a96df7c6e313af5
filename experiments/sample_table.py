"""A table of what `liteheart info FOLDER --json` said of each file, in Markdown.

    liteheart info formats --json > formats.json      # exit code 1: some hold no ECG, and are errors
    liteheart info data --json > data.json
    python3 experiments/sample_table.py formats formats.json data data.json > docs/samples.md

For each pair of a folder and its JSON: a row a file, or a row a sub-folder where it holds many.
"""
import collections
import json
import sys

MANY = 100


def name_in(folder, file):
    return file[file.index(f"{folder}/") + len(folder) + 1:]


def first(text, most=110):
    return text if len(text) <= most else text[:most].rsplit(" ", 1)[0] + " ..."


def doubt(entry):
    """Warnings, or why there is no recording, without the file's own name."""
    if "error" in entry:
        return "refused: " + first(entry["error"].split(": ", 1)[-1])
    return first("; ".join(entry["warnings"]))


def rows_of_files(folder, entries):
    print("| file | format | leads | Hz | s | heart rate | signal | warnings |")
    print("|---|---|---|---|---|---|---|---|")
    for e in entries:
        name = name_in(folder, e["file"])
        if "error" in e:
            print(f"| {name} | | | | | | | {doubt(e)} |")
            continue
        rate = "" if e["rate_bpm"] is None else round(e["rate_bpm"])
        print(f"| {name} | {e['format']} | {len(e['leads'])} | {e['rate_hz']:.10g} | {e['seconds']:.1f} | "
              f"{rate} | {e['quality']} | {doubt(e)} |")


def rows_of_folders(folder, entries):
    print("| folder | recordings | read | leads | Hz | s | good / limited / unreadable | warnings |")
    print("|---|---|---|---|---|---|---|---|")
    groups = collections.defaultdict(list)
    for e in entries:
        groups[name_in(folder, e["file"]).rsplit("/", 1)[0]].append(e)
    for name, group in sorted(groups.items()):
        read = [e for e in group if "error" not in e]
        grades = collections.Counter(e["quality"] for e in read)

        def spread(key):
            values = sorted({key(e) for e in read})
            return " to ".join(f"{v:.6g}" for v in sorted({values[0], values[-1]}))

        print(f"| {name} | {len(group)} | {len(read)} | {spread(lambda e: len(e['leads']))} | "
              f"{spread(lambda e: e['rate_hz'])} | {spread(lambda e: e['seconds'])} | "
              f"{grades['good']} / {grades['limited']} / {grades['unreadable']} | "
              f"{sum(len(e['warnings']) for e in read)} |")


def main(arguments):
    print("# What LiteHeart reads of every sample\n")
    print("Made by `experiments/sample_table.py`; its head says how. A recording is good where all its leads are, "
          "unreadable where none is read,\nelse limited. Research software, not a medical device.")
    for folder, file in zip(arguments[::2], arguments[1::2]):
        entries = json.load(open(file))
        read = sum("error" not in e for e in entries)
        print(f"\n## {folder}\n\n{read} of {len(entries)} are recordings.\n")
        (rows_of_files if len(entries) < MANY else rows_of_folders)(folder, entries)


if __name__ == "__main__":
    if len(sys.argv) < 3 or len(sys.argv) % 2 == 0:
        sys.exit(__doc__)
    main(sys.argv[1:])
