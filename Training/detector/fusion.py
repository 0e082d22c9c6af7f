"""The score: a multinomial logistic function of few features, as the daemon's `ScoreRule` computes it.

One part speaks for ventricular beats (and fusions with them), whose shape is abnormal whenever they
come; one for supraventricular ones, which look much like normal beats and come early. One weight a
feature for both would let what is right for the one speak against the other.
"""

import numpy as np

RANGE = 4.0
# In the order of the manifest's weights.
CLASSES = ("VF", "S")


def term(name, features):
    """The values of `A` or `A*B`."""
    values = 1.0
    for factor in name.split("*"):
        values = values * features[factor].astype(np.float64)
    return values


class Fusion:
    """Terms, each with a weight for each class, a range and a typical value; and the biases.

    `balance` 0: every beat counts alike in the fit; 1: every record's label as much as any other's.
    `slope` and `offset` make the log-odds calibrated ones, see `calibrate`.
    """

    def __init__(self, names, ridge=10.0, balance=0.4):
        self.names, self.ridge, self.balance = list(names), ridge, balance
        self.slope, self.offset = 1.0, 0.0

    def matrix(self, features):
        return np.stack([term(n, features) for n in self.names], axis=1)

    def fit(self, features, labels):
        """Fits on several records: lists of feature dictionaries and of label arrays."""
        raw, label = np.vstack([self.matrix(f) for f in features]), np.concatenate(labels)
        weight = self.sample_weights(labels)
        kind = np.full(len(label), -1)
        for number, letters in enumerate(("N", *CLASSES)):
            kind[np.isin(label, list(letters))] = number
        raw, kind, weight = raw[kind >= 0], kind[kind >= 0], weight[kind >= 0]
        mean, spread = raw.mean(0), raw.std(0) + 1e-9
        self.lowest, self.highest = mean - RANGE * spread, mean + RANGE * spread
        clipped = np.clip(raw, self.lowest, self.highest)
        weight = weight * len(weight) / weight.sum()
        theta = multinomial((clipped - mean) / spread, kind, weight, self.ridge)
        self.weights = theta[:-1] / spread[:, None]
        self.bias = theta[-1] - mean @ self.weights
        self.typical = np.median(clipped[kind == 0], axis=0)
        return self

    def sample_weights(self, labels):
        weights = []
        for label in labels:
            w = np.ones(len(label))
            for kind in np.unique(label):
                rows = label == kind
                w[rows] = rows.sum() ** -self.balance
            weights.append(w)
        return np.concatenate(weights)

    def logit(self, features):
        """The log-odds of an abnormal beat of whichever class, before calibration."""
        parts = np.clip(self.matrix(features), self.lowest, self.highest) @ self.weights + self.bias
        return np.logaddexp(*parts.T)

    def calibrate(self, logits, labels):
        """Fits slope and offset on log-odds of patients that were left out (Platt 1999), so that of
        beats with a score p a share of p is abnormal."""
        label = np.concatenate(labels)
        rows = np.isin(label, ["N", "S", "V", "F"])
        x, y = np.concatenate(logits)[rows], np.isin(label[rows], ["S", "V", "F"])
        theta = multinomial(x[:, None], y.astype(int), np.ones(len(x)), 1e-6)
        self.slope, self.offset = float(theta[0, 0]), float(theta[1, 0])
        return self

    def calibrated(self, logits):
        return self.slope * logits + self.offset

    def manifest(self):
        """The entries of the manifest's `baseline`."""
        rows = zip(self.names, self.weights, self.lowest, self.highest, self.typical)
        entries = {
            f"score.term.{n}": [float(v) for v in (*weights, *row)] for n, weights, *row in rows
        }
        entries["score.bias"] = [float(v) for v in self.bias]
        entries["score.calibration"] = [self.slope, self.offset]
        return entries


def multinomial(x, kind, weight, ridge, iterations=50):
    """Newton's method for the ridge multinomial logistic regression (class 0 is what the others are
    held against): weights (features and intercept, classes - 1)."""
    x = np.hstack([x, np.ones((len(x), 1))])
    width, classes = x.shape[1], kind.max()
    target = (kind[:, None] == np.arange(1, classes + 1)).astype(float)
    penalty = np.full((width, 1), ridge)
    penalty[-1] = 1e-9
    theta = np.zeros((width, classes))

    def outlook(theta):
        parts = x @ theta
        total = np.logaddexp.reduce(np.hstack([np.zeros((len(x), 1)), parts]), axis=1)
        loss = (weight * (total - (target * parts).sum(1))).sum() + (penalty * theta**2).sum() / 2
        return loss, np.exp(parts - total[:, None])

    loss, p = outlook(theta)
    for _ in range(iterations):
        gradient = x.T @ (weight[:, None] * (p - target)) + penalty * theta
        curvature = np.zeros((classes, width, classes, width))
        for a in range(classes):
            for b in range(classes):
                w = weight * p[:, a] * ((a == b) - p[:, b])
                curvature[a, :, b] = (x * w[:, None]).T @ x + (a == b) * np.diag(penalty[:, 0])
        size = classes * width
        step = np.linalg.solve(curvature.reshape(size, size), gradient.T.ravel())
        step = step.reshape(classes, width).T
        share = 1.0
        while True:
            next_loss, next_p = outlook(theta - share * step)
            if next_loss <= loss or share < 1e-3:
                break
            share /= 2
        theta, loss, p = theta - share * step, next_loss, next_p
        if share * np.abs(step).max() < 1e-6:
            break
    return theta
