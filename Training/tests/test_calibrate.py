"""The promised rate of false alerts is what was measured, and never rises with the limits."""

import pytest
from conftest import TRAINING

import calibrate
import export


def test_rates_fall_where_chance_made_them_rise():
    assert calibrate.falling([3, 1, 2, 0.5]) == [3, 1.5, 1.5, 0.5]
    assert calibrate.table([(1, 0.0), (0, 1.0), (-1, 1.0), (-2, 2.0)]) == ([-2.0, -1.0], [2.0, 1.0])


def test_the_daemon_and_the_script_choose_the_same_shift():
    assert calibrate.at([-2.0, 0.0], [4.0, 1.0], 2) == pytest.approx(-1)
    assert calibrate.at([-2.0, 0.0], [4.0, 1.0], 9) == -2 and calibrate.at([-2.0, 0.0], [4.0, 1.0], 0.1) == 0


def test_parts_are_added_by_database():
    one = {"hours": 1, "right": 2, "wrong": 3, "runs": 1, "runsAlerted": 1}
    one |= {"flutters": 0, "fluttersAlerted": 0}
    one |= {"wrongByName": {"pause": 3}, "calmByName": {"abnormalBeats": 2, "pause": 1}}
    total = calibrate.add_up([{"a": one}, {"a": one, "b": one}])
    assert total["a"]["hours"] == 2 and total["a"]["wrongByName"] == {"pause": 6}
    assert calibrate.by_score(total["a"]) == 4 and total["b"]["right"] == 2


def test_numbers_are_added_to_a_model_without_touching_its_weights(tmp_path):
    golden = TRAINING.parent / "Tests/ECGModelTests/Golden/conditioned.safetensors"
    out = tmp_path / "out.safetensors"
    export.add_to_baseline(golden, out, {"alarm.shift": [0.0]})
    assert '"alarm.shift": [0.0]' in export.read_metadata(out)["ecgd.manifest"]
    def tensors(path):
        data = path.read_bytes()
        return data[8 + int.from_bytes(data[:8], "little") :]
    assert tensors(golden) == tensors(out)
