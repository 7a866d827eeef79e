"""Records what the `tokenizers` and `transformers` libraries make of tokenizers trained here.

Trains one of each kind on text.txt, loads what was written with both libraries, and writes their ids and texts into
trained.json, which the tests of the crate compare with their own. Wants cargo, and Python with both libraries.
"""
import json
import pathlib
import subprocess
import tempfile

import tokenizers
import transformers

HERE = pathlib.Path(__file__).parent
KINDS = [
    "'words'",
    "{ kind = 'words', vocab_size = 60, min_frequency = 2, lowercase = true }",
    "'pieces'",
    "{ kind = 'bpe', vocab_size = 400 }",
    "{ kind = 'bpe', vocab_size = 330, min_frequency = 3, lowercase = true }",
    "{ kind = 'bpe', vocab_size = 400, symbols = 'characters' }",
    "{ kind = 'word_piece', vocab_size = 400 }",
    "{ kind = 'word_piece', vocab_size = 400, lowercase = true }",
    "{ kind = 'unigram', vocab_size = 250 }",
    "{ kind = 'unigram', vocab_size = 250, lowercase = true }",
]
TEXTS = [
    "",
    "a",
    " ",
    "The keeper counted forty-one waves, and lost count.",
    "  Two  spaces, a tab\tand a line\n\nend \n",
    "He didn't say: \"I'll count THEM all!\"",
    "Wörter, die größer klingen; naïve café Ελλάδα ΣΑΣ",
    "считал волны",
    "שלום \u202bעולם\u202c مرحبا",
    "波を数えた。",
    "👩‍👩‍👧‍👦 and 🏳️‍🌈",
    "e\u0301 \ufeff \ufffd \u2581 ##er er</w> lo@@ west@@",
    "\0a\0",
    "<bos>The <mask> counted.<eos><pad>",
    "1234567890 3.14",
    "waves" * 60,
]


def fingerprint(contents):
    """FNV-1a, 64 bits."""
    value = 0xCBF29CE484222325
    for byte in contents:
        value = (value ^ byte) * 0x100000001B3 % 2**64
    return value


def main():
    cases = []
    for kind in KINDS:
        with tempfile.TemporaryDirectory() as folder:
            train = ["cargo", "run", "--quiet", "--package", "salamander-text", "--example", "train", "--"]
            subprocess.run([*train, kind, folder, HERE / "text.txt"], check=True)
            file = pathlib.Path(folder, "tokenizer.json")
            plain = tokenizers.Tokenizer.from_file(str(file))
            fast = transformers.AutoTokenizer.from_pretrained(folder)
            texts = []
            for text in TEXTS:
                ids = plain.encode(text, add_special_tokens=False).ids
                assert fast(text, add_special_tokens=False)["input_ids"] == ids, (kind, text)
                # One of the library's decoders fails on nothing at all.
                decoded = plain.decode(ids) if ids else ""
                texts.append({"text": text, "ids": ids, "decoded": decoded})
            cases.append({"kind": kind, "fingerprint": f"{fingerprint(file.read_bytes()):016x}",
                          "vocab_size": plain.get_vocab_size(), "texts": texts})
    text, unigram = (HERE / "text.txt").read_text(), []
    for size in (200, 250, 350):
        theirs = tokenizers.Tokenizer(tokenizers.models.Unigram())
        theirs.pre_tokenizer = tokenizers.pre_tokenizers.Metaspace()
        special = ["<pad>", "<unk>", "<bos>", "<eos>", "<mask>"]
        theirs.train_from_iterator([text], tokenizers.trainers.UnigramTrainer(
            vocab_size=size, special_tokens=special, unk_token="<unk>", show_progress=False))
        unigram.append((size, len(theirs.encode(text).ids)))
    versions = {"tokenizers": tokenizers.__version__, "transformers": transformers.__version__}
    record = {"versions": versions, "cases": cases, "unigram": unigram}
    (HERE / "trained.json").write_text(json.dumps(record, ensure_ascii=True, indent=None) + "\n")


main()
