"""What is recorded of scores that are not of texts, and of statistics."""

import random
import warnings

import numpy as np
import sentences
from sacrebleu.metrics import BLEU
from sacrebleu.significance import _compute_p_value
from scipy import optimize, stats
from seqeval.metrics import accuracy_score as tag_accuracy
from seqeval.metrics.sequence_labeling import get_entities
from seqeval.metrics.sequence_labeling import precision_recall_fscore_support as entity_scores
from sklearn import metrics
from statsmodels.stats.multitest import multipletests
from transformers.data.metrics import squad_metrics

# What is undefined is 0, and warned about.
warnings.filterwarnings("ignore")


def all_fixtures(rng: random.Random) -> dict[str, list]:
    recorders = [classification, entities, answers, correlation, retrieval, means, differences, lines, power_laws, holm]
    recorded = {recorder.__name__: recorder(rng) for recorder in recorders}
    return recorded | {"bootstrap": bootstrap(rng), "draws": draws(rng), "student": student()}


def plain(value):
    """Numbers of Python instead of NumPy's."""
    return np.asarray(value, dtype=float).tolist()


# ---------------------------------------------------------------- classes and entities


def classification(rng: random.Random) -> list[dict]:
    def noisy(classes: int, examples: int, right: float, used: int | None = None) -> tuple[list, list]:
        truths = [rng.randrange(used or classes) for _ in range(examples)]
        return truths, [truth if rng.random() < right else rng.randrange(classes) for truth in truths]

    cases = [(2, *noisy(2, 50, 0.7)), (2, *noisy(2, 400, 0.0)), (5, *noisy(5, 200, 0.6)), (9, *noisy(9, 60, 0.4, used=3))]
    cases += [
        (12, *noisy(12, 15, 0.5)),
        (2, [1] * 8, [1] * 8),
        (2, [0] * 8, [1] * 8),
        (3, [0, 1, 2, 2], [1] * 4),
        (3, [2] * 4, [0, 1, 2, 2]),
        (4, [0], [0]),
        (2, [0, 1], [1, 0]),
        (3, [0, 1, 2], [1, 2, 0]),
    ]
    recorded = []
    for classes, truths, predicted in cases:
        case = dict(classes=classes, truths=truths, predicted=predicted)
        case["accuracy"] = metrics.accuracy_score(truths, predicted)
        case["matthews"] = float(metrics.matthews_corrcoef(truths, predicted))
        case["matrix"] = metrics.confusion_matrix(truths, predicted, labels=range(classes)).tolist()
        each = metrics.precision_recall_fscore_support(truths, predicted, labels=range(classes))
        case["each"] = np.array(each).T.tolist()
        for average in ("micro", "macro", "weighted"):
            case[average] = plain(metrics.precision_recall_fscore_support(truths, predicted, average=average)[:3])
        if classes == 2:
            case["binary"] = plain(metrics.precision_recall_fscore_support(truths, predicted, average="binary")[:3])
        recorded.append(case)
    return recorded


def entities(rng: random.Random) -> list[dict]:
    def tags(length: int, places: str, kinds: list[str]) -> list[str]:
        drawn = [(rng.choice(places), rng.choice(kinds)) for _ in range(length)]
        return ["O" if place == "O" else f"{place}-{kind}" if kind else place for place, kind in drawn]

    def spoilt(true: list[str], by: float, places: str, kinds: list[str]) -> list[str]:
        return [tags(1, places, kinds)[0] if rng.random() < by else tag for tag in true]

    recorded = []
    for places, kinds, by in [
        ("OOOBII", ["PER", "LOC"], 0.1),
        ("OOBIII", ["PER", "LOC", "ORG", "MISC"], 0.3),
        ("OBIES", ["PER", "LOC"], 0.3),
        ("OBIES", ["", "X", "X-Y"], 0.5),
        ("OBI", [""], 0.2),
        ("O", ["PER"], 0.0),
    ]:
        true = [tags(rng.randint(1, 12), places, kinds) for _ in range(25)]
        predicted = [spoilt(sentence, by, places, kinds) for sentence in true]
        recorded.append(entity_case(true, predicted))
    recorded.append(entity_case([["B-A", "I-A"]], [["O", "O"]]))
    recorded.append(entity_case([["O", "O"]], [["B-A", "I-A"]]))
    recorded.append(entity_case([["B-A"], ["I-A", "O"]], [["B-A"], ["B-A", "O"]]))
    return recorded


def entity_case(true: list, predicted: list) -> dict:
    case = dict(true=true, predicted=predicted, accuracy=float(tag_accuracy(true, predicted)))
    kinds = sorted({kind for kind, *_ in get_entities(true) + get_entities(predicted)})
    case["types"] = dict(zip(kinds, np.array(entity_scores(true, predicted)).T.tolist())) if kinds else {}
    for average in ("micro", "macro", "weighted"):
        scores = entity_scores(true, predicted, average=average)[:3] if kinds else [0.0] * 3
        case[average] = plain(scores)
    return case


def answers(rng: random.Random) -> list[list]:
    """As the script for SQuAD 2 does: of references that nothing is left of, and of none, an empty one remains."""
    questions = list(sentences.ANSWERS)
    for line in sentences.ENGLISH:
        references = [sentences.worn(line, rng, 0.3) for _ in range(rng.randint(1, 3))]
        questions.append((sentences.worn(line, rng, 0.3), references))
    recorded = []
    for answer, references in questions:
        kept = [reference for reference in references if squad_metrics.normalize_answer(reference)] or [""]
        exact = max(squad_metrics.compute_exact(reference, answer) for reference in kept)
        f1 = max(squad_metrics.compute_f1(reference, answer) for reference in kept)
        recorded.append([answer, references, exact, f1])
    return recorded


# ---------------------------------------------------------------- numbers and ranks


def correlation(rng: random.Random) -> list[dict]:
    def pair(count: int, noise: float, scale: float = 1.0, offset: float = 0.0, grid: int = 0):
        x = [rng.gauss(0, 1) for _ in range(count)]
        y = [value + noise * rng.gauss(0, 1) for value in x]
        rounded = lambda value: round(value * grid) / grid if grid else value  # noqa: E731
        return [offset + scale * rounded(value) for value in x], [rounded(value) for value in y]

    cases = [pair(2, 1), pair(3, 1), pair(20, 0.5), pair(200, 3), pair(50, 0.3, grid=2), pair(100, 1, 1e-8, 5), pair(30, 1, -1e12)]
    cases += [([1, 2, 3], [3, 2, 1]), ([1, 1, 2, 2], [1, 2, 1, 2]), ([1, 2, 3, 4], [1, 4, 9, 16])]
    return [
        dict(x=x, y=y, pearson=float(stats.pearsonr(x, y).statistic), spearman=float(stats.spearmanr(x, y).statistic))
        for x, y in cases
    ]


def retrieval(rng: random.Random) -> list[dict]:
    recorded = []
    for queries, candidates, grid in [(40, 10, 0), (40, 10, 3), (7, 3, 2), (1, 1, 0), (5, 200, 40)]:
        right = [rng.randrange(candidates) for _ in range(queries)]
        scores = [[rng.random() + (0.3 if at == best else 0) for at in range(candidates)] for best in right]
        if grid:
            scores = [[round(score * grid) / grid for score in row] for row in scores]
        truth = [[int(at == best) for at in range(candidates)] for best in right]
        case = dict(scores=scores, right=right, cutoffs=[1, 2, 5, candidates])
        # With a single right label a row, this is the mean of 1 over its rank, the last of those as good.
        case["mrr"] = metrics.label_ranking_average_precision_score(truth, scores) if candidates > 1 else 1.0
        ranks = [stats.rankdata([-score for score in row], "max")[best] for row, best in zip(scores, right)]
        case["recalls"] = [float(np.mean([rank <= cutoff for rank in ranks])) for cutoff in case["cutoffs"]]
        recorded.append(case)
    return recorded


# ---------------------------------------------------------------- statistics


def means(rng: random.Random) -> list[dict]:
    recorded = []
    for count, scale, offset, level in [
        (2, 1, 0, 0.95), (3, 1, 27, 0.95), (5, 0.01, 3, 0.9), (30, 5, -2, 0.99), (200, 1, 1e6, 0.5), (4, 1, 0, 0.001), (4, 1, 0, 0.99999),
    ]:  # fmt: skip
        values = [offset + scale * rng.gauss(0, 1) for _ in range(count)]
        case = dict(values=values, level=level, mean=np.mean(values), deviation=np.std(values, ddof=1), error=stats.sem(values))
        case["interval"] = stats.t.interval(level, count - 1, loc=case["mean"], scale=case["error"])
        recorded.append({key: value if key == "values" else plain(value) for key, value in case.items()})
    return recorded


def differences(rng: random.Random) -> list[dict]:
    recorded = []
    for count, gain, level in [(2, 1, 0.95), (3, 0.5, 0.95), (5, 0, 0.9), (10, 2, 0.99), (40, 0.1, 0.95), (12, 20, 0.95)]:
        b = [10 + rng.gauss(0, 2) for _ in range(count)]
        a = [value + gain + 0.5 * rng.gauss(0, 1) for value in b]
        test = stats.ttest_rel(a, b)
        interval = test.confidence_interval(level)
        case = dict(a=a, b=b, level=level, mean=float(np.mean(np.subtract(a, b))), p=float(test.pvalue))
        recorded.append(case | dict(interval=plain([interval.low, interval.high])))
    return recorded


def lines(rng: random.Random) -> list[dict]:
    recorded = []
    for count, slope, noise, offset, level in [
        (3, 2, 0.5, 0, 0.95), (10, -1, 1, 100, 0.9), (100, 0, 1, 0, 0.95), (25, 1e-6, 1e-7, 1e4, 0.99), (8, 3, 0.001, 0, 0.95),
    ]:  # fmt: skip
        x = [offset + rng.uniform(0, 10) for _ in range(count)]
        y = [5 + slope * value + noise * rng.gauss(0, 1) for value in x]
        fit = stats.linregress(x, y)
        t = stats.t.ppf((1 + level) / 2, count - 2)
        case = dict(x=x, y=y, level=level, r_squared=float(fit.rvalue**2))
        case["slope"] = plain([fit.slope, fit.slope - t * fit.stderr, fit.slope + t * fit.stderr])
        reach = t * fit.intercept_stderr
        case["intercept"] = plain([fit.intercept, fit.intercept - reach, fit.intercept + reach])
        recorded.append(case)
    return recorded


def fitted(sizes: np.ndarray, losses: np.ndarray, start: tuple) -> tuple[np.ndarray, np.ndarray]:
    """SciPy's fit of `a + b size^-c` and its covariance."""
    # In units of the geometric mean: the curve is the same, and the search ends where it should.
    unit = np.exp(np.mean(np.log(sizes)))
    curve = lambda size, a, b, c: a + b * (size / unit) ** -c  # noqa: E731

    def slopes(size, a, b, c):
        power = (size / unit) ** -c
        return np.stack([np.ones_like(size), power, -b * np.log(size / unit) * power], axis=1)

    a, b, c = start
    tight = dict(jac=slopes, ftol=1e-15, xtol=1e-15, gtol=1e-15, maxfev=100_000)
    best, covariance = optimize.curve_fit(curve, sizes, losses, p0=(a, b * unit**-c, c), **tight)
    # SciPy stops where the error does not fall any more. The last digits are those of Gauss and Newton.
    for _ in range(100):
        best = best + np.linalg.lstsq(slopes(sizes, *best), losses - curve(sizes, *best), rcond=None)[0]
    a, b, c = best
    # Back to the units of the sizes, the covariance by the derivatives.
    scale = unit**c
    turn = np.array([[1, 0, 0], [0, scale, b * scale * np.log(unit)], [0, 0, 1]])
    return np.array([a, b * scale, c]), turn @ covariance @ turn.T


def power_laws(rng: random.Random) -> list[dict]:
    recorded = []
    for count, step, first, floor, factor, exponent, noise, level in [
        (8, 4, 1e4, 1.7, 400, 0.34, 0.002, 0.95),
        (5, 10, 1e5, 2.0, 20, 0.25, 0.001, 0.9),
        (12, 2, 1e3, 0.5, 8, 0.4, 0.003, 0.99),
        (20, 1.5, 100, 3.0, 50, 0.8, 0.02, 0.95),
        (6, 3, 1, 1.0, 2.0, 1.2, 0.01, 0.95),
        (10, 3, 1e6, 1.0, -30, 0.3, 0.001, 0.95),
    ]:
        sizes = [first * step**at for at in range(count)]
        losses = [floor + factor * size**-exponent + noise * rng.gauss(0, 1) for size in sizes]
        best, covariance = fitted(np.array(sizes), np.array(losses), (floor, factor, exponent))
        reach = stats.t.ppf((1 + level) / 2, count - 3) * np.sqrt(np.diag(covariance))
        case = dict(sizes=sizes, losses=losses, level=level)
        for at, name in enumerate(["floor", "factor", "exponent"]):
            case[name] = plain([best[at], best[at] - reach[at], best[at] + reach[at]])
        recorded.append(case)
    return recorded


def holm(rng: random.Random) -> list[list]:
    cases = [[0.01], [0.04, 0.01, 0.03, 0.005], [1.0, 0.0, 0.5], [0.02] * 5, [0.9, 0.8, 0.7]]
    cases += [[rng.random() ** 3 for _ in range(count)] for count in (2, 10, 50)]
    return [[values, plain(multipletests(values, method="holm")[1])] for values in cases]


def student() -> list[dict]:
    recorded = []
    for freedom in (1, 2, 3, 4, 5, 7, 10, 31, 63, 64, 65, 100, 1000, 12345, 1_000_000, 100_000_000):
        for t, level in [(1e-9, 1e-6), (1e-3, 0.01), (0.3, 0.2), (1, 0.5), (1.7, 0.9), (2.5, 0.95), (4, 0.99), (9, 0.999), (40, 1 - 1e-9)]:
            beyond, within = 2 * stats.t.sf(t, freedom), stats.t.isf((1 - level) / 2, freedom)
            if beyond > 1e-300:
                recorded.append(dict(freedom=freedom, t=t, beyond=float(beyond), level=level, within=float(within)))
    return recorded


def bootstrap(rng: random.Random) -> list[dict]:
    """Differences as they might be drawn, and what NumPy makes of them."""
    recorded = []
    for draws_, estimate, spread, level in [(1, 1, 1, 0.95), (9, 0, 0, 0.95), (10, 0.5, 1, 0.9), (200, 0.1, 0.5, 0.95), (200, -2, 0.5, 0.99), (37, 0, 1, 0.5)]:
        scores = [estimate + spread * rng.gauss(0, 1) for _ in range(draws_)]
        recorded.append(dict(scores=scores, estimate=estimate) | summary(scores, estimate, level))
    return recorded


def summary(scores: list[float], estimate: float, level: float) -> dict:
    low, high = np.percentile(scores, [50 * (1 - level), 50 * (1 + level)])
    beyond = np.sum(np.abs(np.array(scores) - np.mean(scores)) >= abs(estimate))
    # For whoever compares: sacreBLEU counts one tail, so that its value is about half.
    distances = np.abs(scores)
    one_tail = _compute_p_value(distances - distances.mean(), abs(estimate))
    p_values = dict(p_value=float((1 + beyond) / (1 + len(scores))), sacrebleu=float(one_tail))
    return dict(level=level, low=float(low), high=float(high)) | p_values


def draws(rng: random.Random) -> list[dict]:
    """The same draws as those of the crate, from its generator: BLEU of each by sacreBLEU."""
    corpus = [line for line in sentences.ENGLISH]
    a = [sentences.worn(line, rng, 0.2) for line in corpus]
    b = [sentences.worn(line, rng, 0.25) for line in corpus]
    bleu = BLEU(force=True)
    counts = [np.array(bleu._extract_corpus_statistics(system, [corpus])) for system in (a, b)]
    score = lambda rows: bleu._compute_score_from_stats(rows.sum(axis=0).tolist()).score  # noqa: E731
    recorded = []
    for seed, resamples, level in [(0, 200, 0.95), (7, 101, 0.8), (2**63 + 12345, 50, 0.99)]:
        drawn = [SplitMix(seed, place).below(len(corpus)) for place in range(resamples)]
        scores = [[score(rows[indices]) for indices in drawn] for rows in counts]
        whole = [score(rows) for rows in counts]
        case = dict(seed=seed, resamples=resamples, estimates=whole, a=summary(scores[0], whole[0], level))
        case["difference"] = summary([x - y for x, y in zip(*scores)], whole[0] - whole[1], level)
        recorded.append(case)
    return [dict(references=corpus, a=a, b=b, cases=recorded)]


class SplitMix:
    """SplitMix64 (Steele, Lea and Flood 2014), begun anew for each resample."""

    ALL = 2**64 - 1

    def __init__(self, seed: int, place: int):
        self.state = self.mix(seed ^ self.mix(place))

    def mix(self, x: int) -> int:
        x = ((x ^ (x >> 30)) * 0xBF58476D1CE4E5B9) & self.ALL
        x = ((x ^ (x >> 27)) * 0x94D049BB133111EB) & self.ALL
        return x ^ (x >> 31)

    def below(self, n: int) -> list[int]:
        """As many numbers below `n` as there are."""
        drawn = []
        for _ in range(n):
            self.state = (self.state + 0x9E3779B97F4A7C15) & self.ALL
            drawn.append((self.mix(self.state) * n) >> 64)
        return drawn
