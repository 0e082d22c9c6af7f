"""The pictures of the documents, taken of a real ward: Documentation/Images/{ward,bed,lost}.png.

    ECGD_BUILD=.build/release ECGD_DATA=../shared/data build/browser/bin/python3 Tests/browser/screenshots.py

Twelve beds are records of the MIT-BIH Arrhythmia Database where ECGD_DATA has them, and made up where it
has not; four are made up, with a lead that comes off and samples that are lost. Takes some four minutes.
"""

import io
import os
import pathlib
import tempfile
import time

from PIL import Image
from playwright.sync_api import sync_playwright
from ward import ROOT, Ward, chromium

IMAGES = ROOT / "Documentation" / "Images"
RECORDS = ["208", "203", "106", "119", "101", "207", "114", "223", "215", "109", "124", "118"]
SIZE = {"width": 1280, "height": 800}
LEARNING_S = 150
STRIP_S = 30


def beds(ward):
    data = pathlib.Path(os.environ.get("ECGD_DATA", "")) / "mitdb-ds1"
    for number, record in enumerate(RECORDS, 1):
        path = data / record
        is_there = path.with_suffix(".hea").exists()
        source = [path] if is_there else ["synthetic:900", "--seed", record]
        ward.start_gateway(f"icu-{number}", *source, "--mode", "demo")
    for number, faults in enumerate(
            [["--lead-off", f"{LEARNING_S - 30}:600"], ["--drop", "0.02"], [], []], len(RECORDS) + 1):
        ward.start_gateway(
            f"icu-{number}", "synthetic:900", "--seed", str(number), "--mode", "demo", *faults)


def save(page, name):
    picture = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    picture = picture.quantize(96, dither=Image.Dither.NONE)
    picture.save(IMAGES / name, optimize=True)
    print(f"{name}: {(IMAGES / name).stat().st_size} bytes")


def main():
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as tools:
        ward = Ward(pathlib.Path(folder))
        try:
            ward.start_daemon()
            ward.start_page()
            beds(ward)
            time.sleep(LEARNING_S)
            browser = tools.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
            page = browser.new_page(viewport=SIZE)
            page.goto(ward.url)
            page.wait_for_selector('[data-bed="icu-16"]')
            time.sleep(15)
            save(page, "ward.png")
            page.goto(ward.url + "#bed/icu-1")
            row = page.locator(".history tbody tr[data-alarm]", has_text="Abnormal beats").last
            row.locator("button").click()
            page.locator(".kept-strip .key.ecg").wait_for(timeout=STRIP_S * 1000)
            time.sleep(8)
            page.locator("main").evaluate("main => main.scrollTo(0, 210)")
            save(page, "bed.png")
            ward.kill("ecgd")
            page.wait_for_selector("#lost", state="visible")
            page.locator("main").evaluate("main => main.scrollTo(0, 0)")
            save(page, "lost.png")
            browser.close()
        finally:
            ward.close()


if __name__ == "__main__":
    main()
