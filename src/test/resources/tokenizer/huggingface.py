"""Writes huggingface.jsonl: texts and what Hugging Face's tokenizers make of them.

usage: python huggingface.py cl100k_base.tiktoken o200k_base.tiktoken > huggingface.jsonl
The rank files are those in jtokkit's jar. Needs the package tokenizers (0.23.2 was used).
"""
import base64
import json
import random
import sys

from tokenizers import Regex, Tokenizer, models, pre_tokenizers

CL100K = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}"
    r"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)
O200K = (
    r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?"
    r"|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?"
    r"|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)


def byte_map():
    keep = [*range(33, 127), *range(161, 173), *range(174, 256)]
    rest = [b for b in range(256) if b not in keep]
    return {b: chr(b) for b in keep} | {b: chr(256 + i) for i, b in enumerate(rest)}


def tokenizer(path, regex):
    ranks = {}
    for line in open(path, "rb"):
        token, rank = line.split()
        ranks[base64.b64decode(token)] = int(rank)
    table = byte_map()
    show = lambda token: "".join(table[b] for b in token)
    merges = []
    for token in sorted(ranks, key=ranks.get):
        parts = [bytes([b]) for b in token]
        while len(parts) > 2:
            best = min(range(len(parts) - 1), key=lambda i: ranks.get(parts[i] + parts[i + 1], 1 << 40))
            parts[best : best + 2] = [parts[best] + parts[best + 1]]
        if len(parts) == 2:
            merges.append((show(parts[0]), show(parts[1])))
    result = Tokenizer(models.BPE(vocab={show(t): r for t, r in ranks.items()}, merges=merges))
    result.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(regex), "removed", invert=True),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    return result


POOLS = [
    [*map(ord, "abcXYZ '\n\r\t/.,!09sSrReEvVlLmMdDtT\u017f")],
    [*range(0x20, 0x7F)],
    [*range(0, 0x250)],
    [*map(ord, "\x0b\x0c\x1c\x85\xa0\u1680\u180e\u2000\u200b\u2028\u2029\u202f\u205f\u3000\ufeff \r\n\ta1!")],
    [*range(0x300, 0x370), 0x61, 0x41, 0x20],
    [*range(0x900, 0x980), 0x20],
    [*range(0x1F300, 0x1F700), 0x200D, 0xFE0F, 0x1F3FB, 0x1F3FD],
    [*range(0x600, 0x700)],
    [*range(0x4E00, 0x4F00), 0x3002, 0x32],
    [*range(0x1C0, 0x200), 0x2B0, 0x2C6, 0x41, 0x61, 0x30, 0x27, 0x73],
    [*range(0xD800), *range(0xE000, 0x110000)],
]


def texts():
    chance = random.Random(7)
    for _ in range(300):
        pools = chance.sample(POOLS, 2)
        length = chance.randint(1, 24)
        yield "".join(chr(chance.choice(pools[chance.random() < 0.3])) for _ in range(length))
    for run in ["a", "A", " ", "\n", "=", "-=", "ab", "é", "日本", "🚀", "न्", "x\u0301", "'s", "0"]:
        yield (run * 700)[:700] + "."


def main():
    phi4 = tokenizer(sys.argv[1], CL100K)
    mini = tokenizer(sys.argv[2], O200K)
    for text in texts():
        print(json.dumps({"text": text, "phi4": phi4.encode(text).ids, "mini": mini.encode(text).ids}, separators=(",", ":")))


if __name__ == "__main__":
    main()
