"""Writes embeddings.jsonl: texts with the pooled hidden states of the F32 model after its final norm.

Reads the GGUF by itself and computes in float64 with numpy, so that it shares nothing with the library:

    cat phi4-tiny-F32.gguf.gz.* | gunzip > tiny.gguf && python3 embeddings.py tiny.gguf > embeddings.jsonl

With a second argument, the unpacked phi4-tiny-F32.exact, the logits of prompts.jsonl are compared with PyTorch's first.
"""
import json
import os
import struct
import sys

import numpy as np

TEXTS = [
    "7",
    "The sky is blue.",
    "The sky is blue today.",
    "What is 27 + 45?",
    "A cat sat on the mat. " * 30,
]
EPS, THETA, HEADS, KV_HEADS, HEAD = 1e-5, 250000.0, 8, 2, 32
FIXED = {0: "<B", 1: "<b", 2: "<H", 3: "<h", 4: "<I", 5: "<i", 6: "<f", 7: "<?", 10: "<Q", 11: "<q", 12: "<d"}


def read(path):
    """Metadata and F32 tensors of a GGUF file."""
    data = open(path, "rb").read()
    at = 0

    def take(layout):
        nonlocal at
        (value,) = struct.unpack_from(layout, data, at)
        at += struct.calcsize(layout)
        return value

    def text():
        nonlocal at
        length = take("<Q")
        at += length
        return data[at - length : at].decode("utf-8", "surrogateescape")

    def value(kind):
        if kind == 8:
            return text()
        if kind == 9:
            inner, count = take("<I"), take("<Q")
            return [value(inner) for _ in range(count)]
        return take(FIXED[kind])

    assert data[:4] == b"GGUF"
    at = 8
    tensor_count, key_count = take("<Q"), take("<Q")
    metadata = {}
    for _ in range(key_count):
        key = text()
        metadata[key] = value(take("<I"))
    infos = []
    for _ in range(tensor_count):
        name = text()
        shape = [take("<Q") for _ in range(take("<I"))]
        assert take("<I") == 0, "only F32"
        infos.append((name, shape, take("<Q")))
    alignment = metadata.get("general.alignment", 32)
    start = (at + alignment - 1) // alignment * alignment
    tensors = {
        name: np.frombuffer(data, "<f4", int(np.prod(shape)), start + offset).reshape(shape[::-1]).astype(np.float64)
        for name, shape, offset in infos
    }
    return metadata, tensors


def encode(metadata, text):
    """Byte-pair merges inside words; for texts of ASCII words this is cl100k's split."""
    import re

    ids = {token: i for i, token in enumerate(metadata["tokenizer.ggml.tokens"])}
    ranks = {tuple(merge.split(" ")): i for i, merge in enumerate(metadata["tokenizer.ggml.merges"])}
    printable = list(range(33, 127)) + list(range(161, 173)) + list(range(174, 256))
    letters = {byte: chr(byte) for byte in printable}
    letters.update({byte: chr(256 + i) for i, byte in enumerate(b for b in range(256) if b not in letters)})
    encoded = []
    for word in re.findall(r"[^\r\na-zA-Z0-9]?[a-zA-Z]+|[0-9]{1,3}| ?[^\sa-zA-Z0-9]+[\r\n]*|\s+(?!\S)|\s+", text):
        parts = [letters[byte] for byte in word.encode()]
        while len(parts) > 1:
            pairs = [(ranks.get(pair, len(ranks)), i) for i, pair in enumerate(zip(parts, parts[1:]))]
            rank, i = min(pairs)
            if rank == len(ranks):
                break
            parts[i : i + 2] = [parts[i] + parts[i + 1]]
        encoded += [ids[part] for part in parts]
    return encoded


def norm(x, weight):
    return x / np.sqrt((x * x).mean(-1, keepdims=True) + EPS) * weight


def rotate(x, positions):
    angles = np.outer(positions, THETA ** (-np.arange(0, HEAD, 2) / HEAD))[:, None, :]
    a, b = x[..., : HEAD // 2], x[..., HEAD // 2 :]
    return np.concatenate((a * np.cos(angles) - b * np.sin(angles), b * np.cos(angles) + a * np.sin(angles)), -1)


def hidden(w, ids):
    """The hidden states after the final norm, (tokens, embedding)."""
    x = w["token_embd.weight"][ids]
    count = len(ids)
    mask = np.triu(np.full((count, count), -np.inf), 1)
    for layer in range(6):
        b = f"blk.{layer}."
        qkv = norm(x, w[b + "attn_norm.weight"]) @ w[b + "attn_qkv.weight"].T
        qkv = qkv.reshape(count, HEADS + 2 * KV_HEADS, HEAD)
        qk = rotate(qkv[:, : HEADS + KV_HEADS], np.arange(count))
        out = np.empty((count, HEADS, HEAD))
        for head in range(HEADS):
            group = head // (HEADS // KV_HEADS)
            scores = qk[:, head] @ qk[:, HEADS + group].T / np.sqrt(HEAD) + mask
            weights = np.exp(scores - scores.max(-1, keepdims=True))
            weights /= weights.sum(-1, keepdims=True)
            out[:, head] = weights @ qkv[:, HEADS + KV_HEADS + group]
        x = x + out.reshape(count, -1) @ w[b + "attn_output.weight"].T
        gate_up = norm(x, w[b + "ffn_norm.weight"]) @ w[b + "ffn_up.weight"].T
        gate, up = np.split(gate_up, 2, axis=1)
        x = x + (gate / (1 + np.exp(-gate)) * up) @ w[b + "ffn_down.weight"].T
    return norm(x, w["output_norm.weight"])


def main():
    metadata, w = read(sys.argv[1])
    here = os.path.dirname(os.path.abspath(__file__))
    if len(sys.argv) > 2:
        exact = np.fromfile(sys.argv[2], "<f4").reshape(-1, w["output.weight"].shape[0])
        prompts = [json.loads(line) for line in open(os.path.join(here, "prompts.jsonl"))]
        logits = np.concatenate([hidden(w, ids) @ w["output.weight"].T for ids in prompts])
        print("largest difference from PyTorch:", np.abs(logits - exact).max(), file=sys.stderr)
    for text in TEXTS:
        ids = encode(metadata, text)
        states = hidden(w, ids)
        row = {"text": text, "ids": ids, "mean": states.mean(0), "last": states[-1]}
        print(json.dumps(row, default=lambda vector: [float(f"{number:.7g}") for number in vector]))


main()
