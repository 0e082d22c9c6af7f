"""The model card says what the run's report says, of the model that is shipped."""

import copy
import hashlib
import json

import pytest
from conftest import TRAINING

import cost
import modelcard


@pytest.fixture
def report() -> dict:
    figures = {d: {k: [0.9, 0.8, 0.95] for k in modelcard.FIGURES} for d in ("one", "two")}
    spent = {"parameters": 1000, "MFLOP": 0.5, "microseconds": {"1": 8.0, "24": 5.0}}
    spent |= {"kernel": "avx2", "machine": "a processor", "clock": "ecgctl bench kernels"}
    beats = {"N": 5, "V": 2}
    alerts = {"hours": 2, "wrong": 8, "runs": 4, "runsAlerted": 3}
    alerts |= {"calmByName": {"abnormalBeats": 1, "pause": 2}}
    return {
        "model": {"name": "toy", "sha256": "ab" * 32, "limit": 0.8},
        "figures": figures,
        "ablation": {"without network": {d: dict.fromkeys(modelcard.FIGURES, 0.5) for d in figures}},
        "alerts": {
            "promise": 0.7,
            "shift": -0.5,
            "databases": dict.fromkeys(figures, alerts),
            "byShift": [{"shift": -1, **dict.fromkeys(figures, alerts)}],
        },
        "data": {
            "sha256": "cd" * 32,
            "databases": {"one": {"records": ["a"], "beats": beats}},
            "leftOut": [],
        },
        "options": {"folds": 5, "false_flag_share": 0.005, "units": 8},
        "versions": {"torch": "2"},
        "cpuSeconds": 180,
        "cost": spent,
        "neighbours": [
            {
                "name": "half",
                "figures": figures,
                "cost": {**spent, "MFLOP": 0.25, "microseconds": {"24": 3.0}},
            }
        ],
    }


def test_the_card_has_every_figure_with_its_interval_and_the_costs_in_order(report):
    report["figures"]["two"]["S at 99%"] = [0.25, 0.1, 0.4]
    card = modelcard.render(report)
    assert ".250 (.100 to .400)" in card and "two: at 99% specificity 75% of supraventricular" in card
    assert card.index("| half | 1000 | 0.25 | - | 3.0 |") < card.index(
        "| **this one** | 1000 | 0.50 | 8.0 | 5.0 |"
    )
    assert "| without network | .500 |" in card and "5 normal, 2 ventricular" in card
    assert "| -0.50 (promised) | 0.50 | 1.50 | 4.00 | 3/4 |" in card
    assert "$" not in card


def test_a_run_that_differs_is_told(report):
    assert modelcard.differences(report, copy.deepcopy(report)) == []
    other = copy.deepcopy(report)
    other["figures"]["one"]["AUC"][0] += 1e-12
    (found,) = modelcard.differences(other, report)
    assert found.startswith("figures:")
    other["data"]["sha256"] = "00"
    (found,) = modelcard.differences(other, report)
    assert "other records" in found


@pytest.mark.skipif(not modelcard.REPORT.exists(), reason="no Models/default.json: make model-card")
def test_the_shipped_card_report_and_model_belong_together():
    report = json.loads(modelcard.REPORT.read_text())
    assert hashlib.sha256(modelcard.MODEL.read_bytes()).hexdigest() == report["model"]["sha256"]
    assert modelcard.render(report) == modelcard.CARD.read_text(), "run Training/modelcard.py render"


def test_a_models_cost_is_measured_with_what_the_program_has(ecgctl):
    model = TRAINING.parent / "Tests/ECGModelTests/Golden/conditioned.safetensors"
    found = cost.by_scoring(model, ecgctl, rounds=1)
    assert found["microseconds"]["24"] > 0 and found["kernel"]
