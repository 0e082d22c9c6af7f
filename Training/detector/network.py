"""The autoencoder that is conditioned on the patient's reference beat, and how it is trained."""

import numpy as np
import torch
from torch import nn

import runs

STEP_SAMPLES = 8
ERROR_FLOOR = 0.005
HISTORY, LEAST_HISTORY = 60, 10
SEGMENTS = {"error": slice(0, 96), "errorP": slice(0, 24), "errorQRS": slice(24, 44),
            "errorT": slice(44, 96)}
# What `features` says of each beat.
FEATURES = (*SEGMENTS, "latent", "relativeErrorP", "previousLatent")


class Autoencoder(nn.Module):
    """Encoder LSTM over [x - r, r] -> latent; decoder LSTM over [latent, r] -> r + o.

    `head` reads from the latent how abnormal a beat is: the feature `latent`.
    """

    def __init__(self, units=64, latent=16, step=STEP_SAMPLES):
        super().__init__()
        self.step = step
        self.encoder = nn.LSTM(2 * step, units, batch_first=True)
        self.latent = nn.Linear(units, latent)
        self.decoder = nn.LSTM(latent + step, units, batch_first=True)
        self.output = nn.Linear(units, step)
        self.head = nn.Linear(latent, 1)

    def forward(self, window, reference):
        steps = reference.view(len(window), -1, self.step)
        difference = (window - reference).view_as(steps)
        _, (hidden, _) = self.encoder(torch.cat([difference, steps], 2))
        latent = self.latent(hidden[-1])
        repeated = latent[:, None].expand(-1, steps.shape[1], -1)
        decoded, _ = self.decoder(torch.cat([repeated, steps], 2))
        correction = self.output(decoded).reshape(len(window), -1)
        return reference + correction, latent, self.head(latent)[:, 0]


def sample(records, generator, normal_limit, other_limit):
    """Windows, references and kinds (0 normal, 1 ventricular or fusion, 2 supraventricular), at
    most so many of a label from each record."""
    windows, references, kinds = [], [], []
    for record in records:
        usable = ~record.learning & ~record.flutter
        for label, kind in (("N", 0), ("V", 1), ("F", 1), ("S", 2)):
            rows = np.flatnonzero((record.label == label) & usable)
            limit = normal_limit if kind == 0 else other_limit
            if len(rows) > limit:
                rows = generator.choice(rows, limit, replace=False)
            windows.append(record.window[rows])
            references.append(record.reference[rows])
            kinds.append(np.full(len(rows), kind))
    return np.concatenate(windows), np.concatenate(references), np.concatenate(kinds)


def augment(windows, references, noises, generator, options):
    """Other amplitudes, and noise on some windows: (clean windows, noisy windows, references)."""
    scale = np.exp(options.amplitude_spread * generator.standard_normal((len(windows), 1)))
    scale = scale.astype(np.float32)
    clean, references = windows * scale, references * scale
    noisy = clean.copy()
    if noises:
        for i in np.flatnonzero(generator.random(len(windows)) < options.noise_share):
            noise = noises[generator.integers(len(noises))]
            start = generator.integers(len(noise) - windows.shape[1])
            piece = noise[start : start + windows.shape[1]]
            piece = piece - piece.mean()
            level = 10 ** (-generator.uniform(*options.noise_db) / 20)
            noisy[i] += piece / (piece.std() + 1e-6) * clean[i].std() * level
    return clean, noisy, references


def loss(model, clean, noisy, references, kinds, options):
    """Reconstruction of normal beats; ventricular beats are to stay badly reconstructed by a margin,
    and the latent is to tell normal from abnormal."""
    reconstruction, latent, verdict = model(noisy, references)
    error = 100 * nn.functional.huber_loss(reconstruction, clean, delta=0.1, reduction="none").mean(1)
    total = error[kinds == 0].mean() + 1e-3 * latent.square().mean()
    ventricular = kinds == 1
    if options.margin_weight and ventricular.any():
        distance = torch.log((reconstruction - noisy).abs().mean(1) + ERROR_FLOOR)
        total = total + options.margin_weight * torch.relu(options.margin - distance[ventricular]).mean()
    if options.latent_weight:
        target = (kinds > 0).float()
        total = total + options.latent_weight * nn.functional.binary_cross_entropy_with_logits(
            verdict, target
        )
    return total


@torch.no_grad()
def left_out_loss(model, records, options):
    """The loss, without augmentation, on beats of records that the network is not trained on."""
    windows, references, kinds = sample(
        records, np.random.default_rng(0), options.normal_limit, options.other_limit
    )
    arrays = (torch.from_numpy(a) for a in (windows, windows, references, kinds))
    return loss(model, *arrays, options).item()


def train(records, noises, options, seed, run=None):
    """A network trained on the beats of some records; `run` may resume, stop and show it."""
    run = run or runs.Run()
    torch.manual_seed(seed)
    generator = np.random.default_rng(seed)
    windows, references, kinds = sample(
        records, generator, options.normal_limit, options.other_limit
    )
    model = Autoencoder(options.units, options.latent, options.step_samples)
    optimiser = torch.optim.AdamW(model.parameters(), options.rate, weight_decay=1e-3)
    batches = max(1, len(windows) // options.batch)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimiser, options.rate, total_steps=options.epochs * batches
    )
    first = run.begin(model, generator, optimiser=optimiser, schedule=schedule)
    for epoch in range(first, options.epochs):
        if run.stopping.stops:
            break
        order = generator.permutation(len(windows))
        total = 0.0
        for batch in range(batches):
            rows = order[batch * options.batch : (batch + 1) * options.batch]
            arrays = augment(windows[rows], references[rows], noises, generator, options)
            clean, noisy, reference = (torch.from_numpy(a) for a in arrays)
            value = loss(model, clean, noisy, reference, torch.from_numpy(kinds[rows]), options)
            optimiser.zero_grad()
            value.backward()
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimiser.step()
            schedule.step()
            total += value.item()
        run.done(epoch + 1, total / batches)
    run.finish()
    return model.eval()


@torch.no_grad()
def features(model, record):
    """What the network says of a record's beats, by the names of the daemon's `BeatFeature`."""
    windows, references = (torch.from_numpy(a) for a in (record.window, record.reference))
    reconstruction, _, verdict = model(windows, references)
    distance = (windows - reconstruction).abs()
    result = {
        name: torch.log(distance[:, part].mean(1) + ERROR_FLOOR).numpy()
        for name, part in SEGMENTS.items()
    }
    result["latent"] = verdict.numpy()
    result["relativeErrorP"] = result["errorP"] - recent_median(result["errorP"])
    result["previousLatent"] = np.concatenate([result["latent"][:1], result["latent"][:-1]])
    return result


def recent_median(values):
    """For each value the median of the `HISTORY` values before it, as the daemon's `ScoreHistory`
    has it: itself where there are few."""
    medians = values.copy()
    for i in range(LEAST_HISTORY, len(values)):
        medians[i] = np.median(values[max(0, i - HISTORY) : i])
    return medians


def tensors(model):
    """The weights by the names of Documentation/Model.md."""
    state = model.state_dict()
    names = {"weight_ih_l0": "weight_ih", "weight_hh_l0": "weight_hh", "bias_ih_l0": "bias_ih",
             "bias_hh_l0": "bias_hh"}
    arrays = {
        f"{part}.0.{names[k]}": state[f"{part}.{k}"] for part in ("encoder", "decoder") for k in names
    }
    for part in ("latent", "output"):
        arrays[f"{part}.weight"] = state[f"{part}.weight"]
        arrays[f"{part}.bias"] = state[f"{part}.bias"]
    return arrays
