"""Debian's Prometheus scrapes a ward page before a real daemon: `make test-prometheus`."""

import json
import pathlib
import re
import shutil
import subprocess
import sys
import time
import urllib.parse
import urllib.request

import pytest

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "browser"))
from ward import ROOT, Ward, free_ports  # noqa: E402

DOCUMENTATION = ROOT / "Documentation"
RULES = DOCUMENTATION / "alerting-rules.yml"

for program in ("prometheus", "promtool"):
    if shutil.which(program) is None:
        pytest.skip(f"{program} is not installed: apt install prometheus", allow_module_level=True)

# Patience, not measurement: the machine may be busy.
WAIT_S = 120
# What only comes with an event that this ward does not have.
NEEDS_AN_EVENT = {"ecgdash_alert_delay_seconds_bucket"}


def promtool(*arguments, **options):
    done = subprocess.run(["promtool", *arguments], capture_output=True, text=True, **options)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


@pytest.fixture(scope="module")
def ward(tmp_path_factory):
    ward = Ward(tmp_path_factory.mktemp("ward"))
    ward.start_daemon()
    ward.start_page()
    ward.start_gateway("bed-1", "synthetic:600")
    ward.start_gateway("bed-2", "synthetic:600", "--lead-off", "8:500")
    yield ward
    ward.close()


class Prometheus:
    def __init__(self, folder, target):
        (self.port,) = free_ports(1)
        configuration = {
            "global": {"scrape_interval": "1s", "evaluation_interval": "1s"},
            "rule_files": [str(RULES)],
            "scrape_configs": [{"job_name": "ecgdash", "static_configs": [{"targets": [target]}]}],
        }
        # JSON is YAML too.
        (folder / "prometheus.yml").write_text(json.dumps(configuration))
        self.log = open(folder / "prometheus.log", "w")
        self.process = subprocess.Popen(
            ["prometheus", f"--config.file={folder}/prometheus.yml", f"--storage.tsdb.path={folder}/tsdb",
             f"--web.listen-address=127.0.0.1:{self.port}"], stdout=self.log, stderr=self.log)

    def ask(self, path, **parameters):
        address = f"http://127.0.0.1:{self.port}/api/v1/{path}?{urllib.parse.urlencode(parameters)}"
        with urllib.request.urlopen(address, timeout=20) as answer:
            return json.load(answer)["data"]

    def value(self, expression):
        return [
            (one["metric"], float(one["value"][1]))
            for one in self.ask("query", query=expression)["result"]
        ]

    def wait_for(self, expression):
        end = time.monotonic() + WAIT_S
        while time.monotonic() < end:
            try:
                if found := self.value(expression):
                    return found
            except OSError:
                pass
            time.sleep(0.5)
        raise AssertionError(f"Prometheus never found: {expression}")

    def close(self):
        self.process.kill()
        self.process.wait()
        self.log.close()


@pytest.fixture(scope="module")
def prometheus(ward, tmp_path_factory):
    prometheus = Prometheus(tmp_path_factory.mktemp("prometheus"), f"127.0.0.1:{ward.http}")
    yield prometheus
    prometheus.close()


def test_the_rules_are_right_and_fire_when_they_should():
    promtool("check", "rules", str(RULES))
    promtool("test", "rules", str(HERE / "alerting-rules-test.yml"))


def test_prometheus_scrapes_what_the_daemon_says_of_itself(ward, prometheus):
    prometheus.wait_for('ecgdash_alarms_started_total{condition="leadOff"} >= 1')
    metrics = urllib.request.urlopen(ward.url + "metrics").read()
    assert promtool("check", "metrics", input=metrics.decode()) == ""

    assert prometheus.value('up{job="ecgdash"}')[0][1] == 1
    status = ward.status()
    assert prometheus.wait_for("ecgd_build_info")[0][0]["model_hash"] == status["model"]["hash"]
    off = prometheus.wait_for('ecgd_stream_state{state="leadOff"} == 1')
    assert [labels["stream"] for labels, _ in off] == ["bed-2"]
    assert prometheus.wait_for('sum(ecgdash_alarms_active{kind="technical",priority="medium"}) >= 1')
    # What was scraped is behind what the daemon says now, and comes after it.
    before = prometheus.value("ecgd_samples_total")[0][1]
    assert 0 < before <= ward.status()["samples"]
    prometheus.wait_for(f"ecgd_samples_total > {before}")
    # The first windows are judged when the first beats are known.
    prometheus.wait_for("ecgd_windows_total > 0 and ecgd_window_latency_seconds_count > 0")


def test_every_figure_of_the_dashboard_and_the_rules_is_scraped(prometheus):
    prometheus.wait_for("ecgdash_window_score_count > 0")
    names = set(prometheus.ask("label/__name__/values"))
    board = json.loads((DOCUMENTATION / "grafana-dashboard.json").read_text())
    expressions = [target["expr"] for panel in board["panels"] for target in panel.get("targets", [])]
    assert len(expressions) > 20
    for expression in expressions:
        prometheus.value(expression.replace("$instance", ".*"))
    wanted = set(re.findall(r"\becgd(?:ash)?_[a-z_]+", " ".join(expressions) + RULES.read_text()))
    assert wanted - names <= NEEDS_AN_EVENT, sorted(wanted - names)


def test_prometheus_can_evaluate_every_rule(prometheus):
    prometheus.wait_for("ecgd_up")
    end = time.monotonic() + WAIT_S
    while time.monotonic() < end:
        rules = [rule for group in prometheus.ask("rules")["groups"] for rule in group["rules"]]
        if rules and all(rule["health"] != "unknown" for rule in rules):
            break
        time.sleep(0.5)
    assert [(rule["name"], rule.get("lastError")) for rule in rules if rule["health"] != "ok"] == []
    assert len(rules) == RULES.read_text().count("- alert:")
