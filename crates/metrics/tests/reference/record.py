"""Records what the programs that scores are published with say, for the tests in this folder.

    python3 record.py [--multi-bleu multi-bleu.perl] [--data FOLDER]

Needs sacrebleu 2.6.0, rouge-score 0.1.2, scikit-learn 1.9.1, scipy 1.17.1, seqeval 1.2.2, statsmodels 0.15.0 and
transformers 4.57.6 (for its copy of SQuAD's functions), all from PyPI. Moses' script is not among them: without it, its lines
are kept as they were recorded; so are the numbers of files that may not be part of this repository, without --data.
"""

import argparse
import json
import random
import subprocess
import tempfile
from pathlib import Path

import measures
import sentences
from rouge_score.rouge_scorer import RougeScorer
from nltk.stem.porter import PorterStemmer
from sacrebleu.metrics import BLEU, CHRF
from sacrebleu.metrics.bleu import _get_tokenizer

FIXTURES = Path(__file__).parent / "fixtures"
TOKENIZERS = ["13a", "intl", "zh", "char", "none"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--multi-bleu", type=Path, help="Moses' scripts/generic/multi-bleu.perl")
    parser.add_argument("--data", type=Path, help="a folder with multi30k/test_2016_flickr.{de,en,fr}")
    arguments = parser.parse_args()

    rng = random.Random(20)
    texts, lines, summaries = sentences.corpora(rng), sentences.lines(rng), sentences.summaries(rng)
    write("texts", texts)
    write("bleu", bleu(texts))
    write("tokens", tokens(lines))
    write("chrf", chrf(texts))
    write("rouge", rouge(texts | {"summaries": summaries}))
    write("stems", stems())
    for name, recorded in measures.all_fixtures(random.Random(21)).items():
        write(name, recorded)
    if arguments.multi_bleu:
        write("multi_bleu", multi_bleu(texts, arguments.multi_bleu))
    if arguments.data:
        write("real", real(arguments.data))


def write(name: str, recorded) -> None:
    rows = recorded if isinstance(recorded, list) else list(recorded.items())
    rows = [json.dumps(row, ensure_ascii=False) for row in rows]
    if isinstance(recorded, dict):
        rows = [f"{json.dumps(key, ensure_ascii=False)}: {json.dumps(row, ensure_ascii=False)}" for key, row in recorded.items()]
    ends = "{}" if isinstance(recorded, dict) else "[]"
    text = ends[0] + "\n" + ",\n".join(rows) + "\n" + ends[1] + "\n"
    assert json.loads(text) == json.loads(json.dumps(recorded))
    (FIXTURES / f"{name}.json").write_text(text, encoding="utf-8")


def split(corpus: list) -> tuple[list[str], list[list[str | None]]]:
    """As sacreBLEU wants it: a list of references for each of their places, where there may be none."""
    most = max(len(references) for _, references in corpus)
    padded = [references + [None] * (most - len(references)) for _, references in corpus]
    return [hypothesis for hypothesis, _ in corpus], [list(column) for column in zip(*padded)]


def version_apart(line: str) -> str:
    return line.replace("version:2.6.0", "version:VERSION")


# ---------------------------------------------------------------- translation

SMOOTHING = [("exp", None), ("none", None), ("floor", None), ("floor", 0.5), ("add-k", None), ("add-k", 0.25)]


def bleu_metric(tokenizer="13a", lowercase=False, smoothing="exp", value=None, effective=False) -> BLEU:
    return BLEU(
        tokenize=tokenizer,
        lowercase=lowercase,
        smooth_method=smoothing,
        smooth_value=value,
        effective_order=effective,
        force=True,
    )


def bleu_options() -> list[dict]:
    options = [dict(tokenizer=tokenizer, lowercase=lower) for tokenizer in TOKENIZERS for lower in (False, True)]
    smoothed = [dict(smoothing=kind, value=value, effective=effective) for kind, value in SMOOTHING for effective in (False, True)]
    # The first of these is sacreBLEU's default, which is among the others.
    return options + smoothed[1:] + [dict(tokenizer="none", lowercase=True, smoothing="none")]


def bleu(texts: dict) -> list[dict]:
    recorded = []
    for name, corpus in texts.items():
        for options in bleu_options():
            metric = bleu_metric(**options)
            score = metric.corpus_score(*split(corpus))
            signature = str(metric.get_signature())
            case = dict(corpus=name, options=options, score=score.score, precisions=score.precisions, penalty=score.bp)
            case["line"] = version_apart(score.format(width=2, signature=signature))
            if name in ("varying", "empty", "two_words") and options.get("effective"):
                case["sentences"] = [metric.sentence_score(*segment).score for segment in corpus]
            recorded.append(case)
    return recorded


def tokens(lines: list[str]) -> list[list]:
    made = {name: _get_tokenizer(name)() for name in TOKENIZERS}
    # BLEU strips a line's end before it tokenizes, and splits at white space afterwards.
    return [[line] + [" ".join(made[name](line.rstrip()).split()) for name in TOKENIZERS] for line in lines]


def multi_bleu(texts: dict, script: Path) -> list[dict]:
    """Of text whose bytes Perl can lower: elsewhere it leaves capitals as they are."""
    recorded = []
    for name in ("good", "lower", "three", "two_words", "no_pair"):
        corpus = [[hypothesis, references] for hypothesis, references in texts[name]]
        corpus = [segment for segment in corpus if "\n".join([segment[0], *segment[1]]).isascii()]
        with tempfile.TemporaryDirectory() as folder:
            hypotheses, references = split(corpus)
            for at, column in enumerate(references):
                Path(folder, f"reference{at}").write_text("\n".join(column) + "\n")
            command = ["perl", script, "-lc", Path(folder, "reference")]
            run = subprocess.run(command, input="\n".join(hypotheses) + "\n", text=True, capture_output=True, check=True)
        recorded.append(dict(corpus=name, line=run.stdout.strip()))
    return recorded


def chrf(texts: dict) -> list[dict]:
    options = [
        dict(),
        dict(word_order=2),
        dict(word_order=1, beta=1),
        dict(lowercase=True, beta=3),
        dict(whitespace=True),
        dict(eps_smoothing=True),
        dict(eps_smoothing=True, word_order=2, whitespace=True),
        dict(char_order=3),
        dict(char_order=0, word_order=2),
    ]
    recorded = []
    for name, corpus in texts.items():
        for choice in options:
            metric = CHRF(**choice)
            score = metric.corpus_score(*split(corpus))
            signature = str(metric.get_signature())
            line = version_apart(score.format(width=2, signature=signature))
            case = dict(corpus=name, options=choice, score=score.score, line=line)
            if name in ("varying", "empty", "two_words"):
                case["sentences"] = [metric.sentence_score(*segment).score for segment in corpus]
            recorded.append(case)
    return recorded


def shifted(lines: list[str]) -> list[str]:
    """Each line with the second half of the next: something to compare real lines with, without a model."""
    words = [line.split(" ") for line in lines]
    return [
        " ".join(here[: (len(here) + 1) // 2] + there[len(there) // 2 :])
        for here, there in zip(words, words[1:] + words[:1])
    ]


def real(data: Path) -> list[dict]:
    recorded = []
    for language in ("en", "de", "fr"):
        lines = (data / f"multi30k/test_2016_flickr.{language}").read_text(encoding="utf-8").splitlines()
        hypotheses, references = shifted(lines), [lines]
        case = dict(language=language, lines=len(lines))
        for tokenizer in TOKENIZERS:
            case[tokenizer] = bleu_metric(tokenizer).corpus_score(hypotheses, references).score
        case["chrf"] = CHRF().corpus_score(hypotheses, references).score
        case["chrf++"] = CHRF(word_order=2).corpus_score(hypotheses, references).score
        recorded.append(case)
    return recorded


# ---------------------------------------------------------------- summaries

KINDS = ["rouge1", "rouge2", "rougeL", "rougeLsum"]


def rouge(texts: dict) -> list[dict]:
    recorded = []
    for name in ("summaries", "good", "varying", "odd"):
        for stemming in (False, True):
            scorer = RougeScorer(KINDS, use_stemmer=stemming)
            scores = [scorer.score_multi(references, prediction) for prediction, references in texts[name]]
            pairs = [[list(score[kind]) for kind in KINDS] for score in scores]
            means = [[sum(pair[kind][part] for pair in pairs) / len(pairs) for part in range(3)] for kind in range(4)]
            case = dict(corpus=name, stemming=stemming, means=means)
            if name == "summaries":
                case |= dict(texts=texts[name], pairs=pairs)
            recorded.append(case)
    return recorded


def stems() -> dict:
    stemmer = PorterStemmer()
    words = {root + ending.strip("_'") for root in sentences.ROOTS for ending in sentences.ENDINGS}
    words = {word for word in words if word.isalpha()}
    rng = random.Random(22)
    words |= {"".join(rng.choice("aeioyblstnz") for _ in range(rng.randint(1, 9))) for _ in range(1500)}
    words |= {f"{word}{rng.randrange(10)}" for word in sentences.ROOTS[:40]}
    return {word: stemmer.stem(word) for word in sorted(rng.sample(sorted(words), 3000))}


if __name__ == "__main__":
    main()
