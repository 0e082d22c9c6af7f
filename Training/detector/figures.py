"""Beat-level figures after ANSI/AAMI EC57: N against S, V and F; Q and ventricular flutter left out;
a detection without a beat is a normal one that may be flagged; an abnormal beat that was never
scored counts as missed."""

import numpy as np

NEGATIVE = ["N", "O"]


def scored(record, score):
    """(scores, labels) of a record's judged beats; abnormal ones that were missed score lowest."""
    rows = record.scored
    lost = record.missed[np.isin(record.missed, ["S", "V", "F"])]
    return (
        np.concatenate([score[rows], np.full(len(lost), -1e9)]),
        np.concatenate([record.label[rows], lost]),
    )


def roc_area(positive, negative):
    if len(positive) == 0 or len(negative) == 0:
        return float("nan")
    values = np.concatenate([positive, negative])
    _, inverse, counts = np.unique(values, return_inverse=True, return_counts=True)
    ends = np.cumsum(counts)
    ranks = (ends - (counts - 1) / 2)[inverse]
    n = len(positive)
    return float((ranks[:n].sum() - n * (n + 1) / 2) / (n * len(negative)))


def average_precision(score, positive):
    order = np.argsort(-score, kind="stable")
    positive, score = positive[order], score[order]
    hits = np.cumsum(positive)
    last = np.append(np.flatnonzero(np.diff(score)), len(score) - 1)
    precision, recall = hits[last] / (last + 1), hits[last] / positive.sum()
    return float(np.sum(np.diff(recall, prepend=0) * precision))


def figures(pairs, per_record=True):
    """The figures of a list of (scores, labels)."""
    score = np.concatenate([p[0] for p in pairs])
    label = np.concatenate([p[1] for p in pairs])
    negative = np.isin(label, NEGATIVE)
    limit = np.quantile(score[negative], 0.99)
    result = {
        "AUC": roc_area(score[~negative], score[negative]),
        "AP": average_precision(score, (~negative).astype(int)),
    }
    if per_record:
        areas = []
        for s, l in pairs:
            n = np.isin(l, NEGATIVE)
            if n.sum() >= 5 and (~n).sum() >= 5:
                areas.append(roc_area(s[~n], s[n]))
        result["AUC mean"] = float(np.mean(areas))
    for kind in "VSF":
        rows = label == kind
        result[f"{kind} AUC"] = roc_area(score[rows], score[label == "N"])
        result[f"{kind} at 99%"] = float((score[rows] > limit).mean()) if rows.any() else float("nan")
    return result


def intervals(pairs, seed=0, count=400):
    """95% intervals of the figures by drawing patients with replacement."""
    generator = np.random.default_rng(seed)
    draws = [
        figures([pairs[i] for i in generator.integers(0, len(pairs), len(pairs))])
        for _ in range(count)
    ]
    return {k: np.nanpercentile([d[k] for d in draws], [2.5, 97.5]).tolist() for k in draws[0]}
