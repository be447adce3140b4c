#!/usr/bin/env python3
"""Makes the sample that the command carries: the first 4,000 training and the first 2,000 test images of Fashion-MNIST.

Usage: make.py FOLDER

FOLDER holds the full set under its usual names (train-images-idx3-ubyte.gz and so on); the four files are written beside this script.
The packed bytes depend on nothing but the input and the version of zlib.
"""
import gzip
import pathlib
import struct
import sys

TRAIN, TEST = 4000, 2000


def cut(source: pathlib.Path, target: pathlib.Path, count: int) -> int:
    """Copies the first items of an IDX file of bytes; returns the size of the result."""
    with gzip.open(source, "rb") as full:
        magic, total = struct.unpack(">II", full.read(8))
        if magic not in (0x801, 0x803):
            sys.exit(f"{source}: expected IDX images or labels, found the magic number {magic:#010x}")
        if total < count:
            sys.exit(f"{source}: expected at least {count} items, found {total}")
        shape = full.read(4 * (magic % 256 - 1))
        size = count
        for (side,) in struct.iter_unpack(">I", shape):
            size *= side
        items = full.read(size)
    if len(items) != size:
        sys.exit(f"{source}: expected {size} bytes of items, found {len(items)}")
    with open(target, "wb") as file, gzip.GzipFile("", "wb", 9, file, mtime=0) as packed:
        packed.write(struct.pack(">II", magic, count) + shape + items)
    return target.stat().st_size


def main() -> None:
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    source, here = pathlib.Path(sys.argv[1]), pathlib.Path(__file__).resolve().parent
    total = 0
    for theirs, ours, count in (("train", "train", TRAIN), ("t10k", "test", TEST)):
        total += cut(source / f"{theirs}-images-idx3-ubyte.gz", here / f"fashion-mnist-{ours}-images.idx.gz", count)
        total += cut(source / f"{theirs}-labels-idx1-ubyte.gz", here / f"fashion-mnist-{ours}-labels.idx.gz", count)
    print(f"{total} bytes in four files")
    if total > 4_000_000:
        sys.exit(f"expected at most 4000000 bytes, found {total}")


if __name__ == "__main__":
    main()
