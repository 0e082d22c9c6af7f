"""The score: a logistic function of few features, as the daemon's `ScoreRule` computes it."""

import numpy as np

RANGE = 4.0


def term(name, features):
    """The values of `A` or `A*B`."""
    values = 1.0
    for factor in name.split("*"):
        values = values * features[factor].astype(np.float64)
    return values


class Fusion:
    """Terms with weight, range and typical value, and a bias."""

    def __init__(self, names, ridge=10.0, balance=0.0):
        self.names, self.ridge, self.balance = list(names), ridge, balance

    def matrix(self, features):
        return np.stack([term(n, features) for n in self.names], axis=1)

    def fit(self, features, labels):
        """Fits on several records: lists of feature dictionaries and of label arrays."""
        raw = np.vstack([self.matrix(f) for f in features])
        abnormal = np.concatenate([np.isin(l, ["S", "V", "F"]) for l in labels])
        normal = np.concatenate([l == "N" for l in labels])
        mean, spread = raw.mean(0), raw.std(0) + 1e-9
        self.lowest, self.highest = mean - RANGE * spread, mean + RANGE * spread
        clipped = np.clip(raw, self.lowest, self.highest)
        weight = self.sample_weights(labels)
        theta = logistic((clipped - mean) / spread, abnormal.astype(float), weight, self.ridge)
        self.weights = theta[:-1] / spread
        self.bias = theta[-1] - float(self.weights @ mean)
        self.typical = np.median(clipped[normal], axis=0)
        return self

    def sample_weights(self, labels):
        """balance 0: every beat counts alike; 1: every record's label as much as any other's."""
        weights = []
        for label in labels:
            w = np.ones(len(label))
            for kind in np.unique(label):
                rows = label == kind
                w[rows] = rows.sum() ** -self.balance
            weights.append(w)
        weights = np.concatenate(weights)
        return weights * len(weights) / weights.sum()

    def logit(self, features):
        return np.clip(self.matrix(features), self.lowest, self.highest) @ self.weights + self.bias

    def manifest(self):
        """The entries of the manifest's `baseline`."""
        rows = zip(self.names, self.weights, self.lowest, self.highest, self.typical)
        entries = {f"score.term.{n}": [float(v) for v in row] for n, *row in rows}
        entries["score.bias"] = [float(self.bias)]
        return entries


def logistic(x, y, weight, ridge, iterations=25):
    """Newton's method for the ridge logistic regression; the last number is the intercept."""
    x = np.hstack([x, np.ones((len(x), 1))])
    penalty = np.full(x.shape[1], ridge)
    penalty[-1] = 1e-9
    theta = np.zeros(x.shape[1])
    for _ in range(iterations):
        p = 1 / (1 + np.exp(-np.clip(x @ theta, -30, 30)))
        gradient = x.T @ (weight * (p - y)) + penalty * theta
        curvature = (x * (weight * p * (1 - p) + 1e-9)[:, None]).T @ x + np.diag(penalty)
        step = np.linalg.solve(curvature, gradient)
        theta -= step
        if np.abs(step).max() < 1e-6:
            break
    return theta
