"""The ward page in a real Chromium, before a real daemon: `make test-browser`."""

import subprocess
import time
import urllib.error
import urllib.request

import pytest
from ward import BUILD, TOKEN, Ward, chromium

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")

if chromium() is None:
    pytest.skip("no Chromium is installed: apt install chromium", allow_module_level=True)

# Patience, not measurement: the machine may be busy.
WAIT_MS = 60_000


@pytest.fixture(scope="module")
def browser():
    with playwright.sync_playwright() as tools:
        browser = tools.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def ward(tmp_path):
    ward = Ward(tmp_path)
    ward.start_daemon()
    ward.start_page()
    yield ward
    ward.close()


@pytest.fixture
def page(browser, ward):
    page = browser.new_page(viewport={"width": 1280, "height": 720})
    page.set_default_timeout(WAIT_MS)
    page.complaints = []
    page.on("pageerror", lambda error: page.complaints.append(str(error)))
    page.strangers = []
    page.on("request", lambda request: page.strangers.append(request.url)
            if not request.url.startswith((ward.url, ward.url.replace("http", "ws"))) else None)
    page.goto(ward.url)
    yield page
    page.close()


def ink(page, bed):
    """The drawn pixels of a bed's paper: how many, and a sum that tells one picture from another."""
    return page.evaluate(
        """(bed) => {
          const canvas = document.querySelector(`[data-bed="${bed}"] canvas.paper`);
          const data = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
          let count = 0, sum = 0;
          for (let i = 3; i < data.length; i += 4) if (data[i] > 0) { count += 1; sum = (sum * 31 + i) % 1000003; }
          return [count, sum];
        }""", bed)


def wait_for_ink(page, bed):
    page.wait_for_selector(f'[data-bed="{bed}"]')
    for _ in range(200):
        if ink(page, bed)[0] > 200:
            return
        page.wait_for_timeout(200)
    raise AssertionError("no ECG is drawn")


def test_a_nurse_sees_an_alarm_and_acknowledges_it(ward, page):
    ward.start_gateway("bed-1", "synthetic:300", "--lead-off", "8:200")
    wait_for_ink(page, "bed-1")
    before = ink(page, "bed-1")
    page.wait_for_timeout(1000)
    assert ink(page, "bed-1")[1] != before[1], "the waveform stands still"

    alarm = page.locator("#alarm-list .alarm", has_text="Lead off")
    alarm.wait_for()
    assert "bed-1" in alarm.inner_text()
    assert alarm.locator(".mark").inner_text().strip() in ("!!!", "!!", "!")
    assert "leadOff" in ward.status()["streams"][0]["alarms"]
    page.locator('[data-bed="bed-1"] .overlay', has_text="LEAD OFF").wait_for()

    # Read-only, until the token is given.
    assert page.locator("button.acknowledge").count() == 0
    page.click("#operator")
    page.fill("#login-name", "Nurse Joy")
    page.fill("#login-token", "wrong-token-wrong-token")
    page.click("#login-ok")
    page.wait_for_selector("text=the operator token is wrong")
    page.fill("#login-token", TOKEN)
    page.click("#login-ok")
    page.wait_for_selector("button.acknowledge")
    page.locator("#alarm-list .alarm", has_text="Lead off").locator("button.acknowledge").click()
    page.wait_for_selector("#messages p")
    said = page.locator("#messages p").first.inner_text()
    assert said.startswith("acknowledged")
    page.wait_for_selector("#alarm-list .alarm.acknowledged")
    signal = next(s for s in ward.status()["streams"][0]["signals"] if s["condition"] == "leadOff")
    assert signal["acknowledged"]["by"] == "Nurse Joy"
    assert page.complaints == []
    assert page.strangers == []


def test_a_silent_bed_and_a_lost_daemon_and_a_lost_server_look_like_no_ecg(ward, page):
    ward.start_gateway("bed-1", "synthetic:300")
    wait_for_ink(page, "bed-1")
    ward.kill("gateway-bed-1")
    page.wait_for_selector('[data-bed="bed-1"].silent')
    assert page.locator('[data-bed="bed-1"] .overlay').inner_text() == "NO SIGNAL"
    assert page.locator('[data-bed="bed-1"] .rate').inner_text() == "–"
    assert page.locator("#lost").is_hidden()

    ward.kill("ecgd")
    page.wait_for_selector("#lost", state="visible")
    assert page.locator("#lost-title").inner_text() == "THE MONITOR DOES NOT ANSWER"
    with pytest.raises(urllib.error.HTTPError, match="503"):
        urllib.request.urlopen(ward.url + "healthz")
    ward.start_daemon()
    page.wait_for_selector("#lost", state="hidden")

    ward.kill("ecgdash")
    page.wait_for_selector("#lost", state="visible")
    assert page.locator("#lost-title").inner_text() == "NO CONNECTION TO THE WARD SERVER"
    ward.start_page()
    page.wait_for_selector("#lost", state="hidden")
    assert page.complaints == []


def test_the_ward_is_worked_by_keyboard(ward, page):
    for bed in ("bed-1", "bed-2"):
        ward.start_gateway(bed, "synthetic:300", "--lead-off", "4:200")
    wait_for_ink(page, "bed-2")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    page.wait_for_selector("#bed:not([hidden])")
    assert page.locator("#title").inner_text() == "bed-2"
    page.wait_for_selector(".history tbody tr")
    assert "Lead off" in page.locator(".history tbody").inner_text()
    page.keyboard.press("Escape")
    page.wait_for_selector("#ward:not([hidden])")
    assert page.locator("#sound").inner_text() == "Sound off"
    page.keyboard.press("s")
    assert page.locator("#sound").inner_text() == "Sound on"
    page.keyboard.press("?")
    page.wait_for_selector("#help[open]")
    assert page.complaints == []


def colours(page, selector):
    """How many pixels of a kept strip are as dark as the ECG, as blue as the network, as red as the error."""
    return page.evaluate(
        """(selector) => {
          const canvas = document.querySelector(selector), width = canvas.width;
          const data = canvas.getContext("2d").getImageData(0, 0, width, canvas.height).data;
          const count = {ecg: 0, network: 0, error: 0};
          for (let i = 0; i < data.length; i += 4) {
            const [r, g, b, a] = data.slice(i, i + 4);
            // The onset's own red line and word stand at the left.
            if (a < 200 || (i / 4) % width < 100) continue;
            if (Math.max(r, g, b) < 70) count.ecg += 1;
            else if (b > r + 40 && b > g + 15) count.network += 1;
            else if (r > g + 90 && r > b + 90) count.error += 1;
          }
          return count;
        }""", selector)


def test_the_history_of_a_bed_shows_each_alarms_ecg(ward, page):
    ward.start_gateway("bed-1", "synthetic:300", "--lead-off", "50:200", "--speed", "4")
    row = page.locator(".history tbody tr[data-alarm]", has_text="Lead off")
    page.goto(ward.url + "#bed/bed-1")
    row.first.wait_for()
    row.first.locator("button").press("Enter")
    page.wait_for_selector(".kept-strip figcaption .key.ecg")
    drawn = colours(page, ".kept-strip canvas")
    assert drawn["ecg"] > 500 and drawn["network"] > 30 and drawn["error"] > 50, drawn
    assert "before" in page.locator(".kept-strip canvas").get_attribute("aria-label")
    # News of the bed lay the table anew; what was opened stays open, and the focus where it was.
    page.evaluate("document.querySelector('.history tbody tr').dataset.old = '1'")
    page.wait_for_selector('.history tbody tr:not([data-old])')
    assert page.locator(".kept-strip").count() == 1
    assert page.evaluate("document.activeElement.innerText") == "Hide"
    page.keyboard.press("Enter")
    assert page.locator(".kept-strip").count() == 0
    assert page.complaints == []


def test_a_pause_is_seen_and_ends_when_an_operator_says_so(ward, page):
    ward.start_gateway("bed-1", "synthetic:300", "--lead-off", "4:200")
    page.click("#operator")
    page.fill("#login-name", "Nurse Joy")
    page.fill("#login-token", TOKEN)
    page.click("#login-ok")
    page.locator("#alarm-list .alarm.open", has_text="Lead off").wait_for()
    page.focus('[data-bed="bed-1"]')
    page.keyboard.press("p")
    page.locator("#alarm-list .alarm.quiet", has_text="Lead off").wait_for()
    page.locator("#alarm-list .alarm", has_text="Alarms paused").wait_for()
    assert ward.status()["streams"][0]["paused"]["by"] == "Nurse Joy"
    page.keyboard.press("r")
    page.locator("#alarm-list .alarm.open", has_text="Lead off").wait_for()
    assert "paused" not in ward.status()["streams"][0]
    assert page.complaints == []


@pytest.mark.parametrize("width, height", [(1024, 768), (768, 1024), (1920, 1080)])
def test_nothing_is_cut_off_on_a_tablet(ward, browser, width, height):
    for bed in range(1, 5):
        ward.start_gateway(f"bed-{bed}", "synthetic:300", "--seed", str(bed), "--lead-off", "4:200")
    page = browser.new_page(viewport={"width": width, "height": height}, has_touch=True)
    page.set_default_timeout(WAIT_MS)
    page.goto(ward.url)
    page.wait_for_selector('[data-bed="bed-4"]')
    page.locator("#alarm-list .alarm", has_text="Lead off").nth(3).wait_for()

    def overflowing(selectors):
        return page.evaluate(
            """(selectors) => selectors.filter((selector) => [...document.querySelectorAll(selector)]
                .some((node) => node.scrollWidth > node.clientWidth + 1))""", selectors)

    assert overflowing(["body", "main", "#bar", "#alarms"]) == []
    page.locator('[data-bed="bed-2"]').tap()
    page.locator(".history tbody tr").first.wait_for()
    assert overflowing(["body", "main", "#bar", "#alarms", ".history"]) == []
    page.close()


def test_a_daemon_that_asks_for_keys_is_seen_with_one_alone(tmp_path):
    ward = Ward(tmp_path)

    def keygen(name):
        return subprocess.run(
            [BUILD / "ecgctl", "keygen", tmp_path / name], check=True, capture_output=True, text=True
        ).stdout.strip()

    server, public = keygen("ecgd.key"), keygen("page.key")
    (tmp_path / "authorized").write_text(f"operator page {public} *\n")
    configuration = tmp_path / "ecgd.yaml"
    text = configuration.read_text()
    assert "  secret: none\n  " in text and "  authorized: none\n" in text
    configuration.write_text(
        text.replace("  secret: none\n", "  secret: ecgd.key\n")
        .replace("  authorized: none\n", "  authorized: authorized\n"))

    def health():
        try:
            return urllib.request.urlopen(ward.url + "healthz").status
        except urllib.error.HTTPError as refusal:
            return refusal.code

    try:
        ward.start_daemon()
        ward.start_page("--key-file", tmp_path / "page.key", "--server-key", server)
        end = time.monotonic() + WAIT_MS / 1000
        while health() != 200 and time.monotonic() < end:
            time.sleep(0.1)
        assert health() == 200
        ward.kill("ecgdash")
        ward.start_page()
        time.sleep(3)
        assert health() == 503
    finally:
        ward.close()
