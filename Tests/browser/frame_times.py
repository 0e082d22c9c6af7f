"""How smooth the ward page is: beds at 250 Hz, and the times between its pictures.

    python3 Tests/browser/frame_times.py --beds 64 --seconds 30 [--screenshot FILE]

What is measured is Chromium without a graphics card, on the machine that runs the daemon and the
gateway as well: a tablet's own figures are better or worse.
"""

import argparse
import json
import pathlib
import tempfile
import time

from playwright.sync_api import sync_playwright
from ward import Ward, chromium

FIGURES = """() => {
  const at = (list, part) => list.length ? list[Math.min(list.length - 1, Math.floor(list.length * part))] : null;
  const times = ecgdash.pictures.map((p) => p[0]);
  const intervals = times.slice(1).map((t, i) => t - times[i]).sort((a, b) => a - b);
  const work = ecgdash.pictures.map((p) => p[1]).sort((a, b) => a - b);
  const of = (list) => ({p50: at(list, .5), p95: at(list, .95), p99: at(list, .99), max: list.at(-1)});
  return {beds: ecgdash.ward.beds.size, pictures: times.length,
    perSecond: 1000 * intervals.length / (times.at(-1) - times[0]), intervalMs: of(intervals), workMs: of(work)};
}"""


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--beds", type=int, default=64)
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--screenshot")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as tools:
        ward = Ward(pathlib.Path(folder))
        try:
            ward.start_daemon()
            ward.start_page()
            ward.start_gateway(
                "bed", f"synthetic:{int(options.seconds) + 60}", "--copies", str(options.beds),
                "--rate", "250")
            browser = tools.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
            page = browser.new_page(viewport={"width": 1920, "height": 1080})
            page.goto(ward.url)
            # The page's policy lets no text be evaluated as a script in it: asked again and again.
            while page.evaluate("window.ecgdash?.ward.beds.size ?? 0") < options.beds:
                time.sleep(0.5)
            time.sleep(10)
            page.evaluate("ecgdash.pictures.length = 0")
            time.sleep(min(options.seconds, 18))
            print(json.dumps(page.evaluate(FIGURES), indent=1))
            if options.screenshot:
                page.screenshot(path=options.screenshot)
            browser.close()
        finally:
            ward.close()


if __name__ == "__main__":
    main()
