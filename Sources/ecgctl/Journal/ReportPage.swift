import ECGAlarm
import ECGWire
import Foundation

/// The report as one page of HTML that fetches nothing.
struct ReportPage {
  let figures: ReportFigures
  let top: Int

  var html: String {
    let perDay = figures.perBedDay.map { String(format: "%.1f", $0) } ?? "-"
    let most = max(1, figures.conditions.first?.count ?? 1)
    return """
      <!doctype html>
      <html lang="en"><meta charset="utf-8"><title>Alarms of the ward</title>
      <style>
      body{font:15px/1.45 system-ui,sans-serif;color:#16202a;background:#f4f6f8;margin:0}
      main{max-width:62rem;margin:0 auto;padding:1.5rem}
      h1{font-size:1.5rem;margin:0} h2{font-size:1.05rem;margin:0 0 .6rem}
      .when{color:#54616e;margin:.2rem 0 1.2rem}
      .tiles{display:grid;grid-template-columns:repeat(4,1fr);gap:.8rem}
      .tile,section{background:#fff;border:1px solid #d8dee4;border-radius:.5rem;padding:.9rem 1rem}
      .tile b{display:block;font-size:1.8rem} .tile span{color:#54616e}
      section{margin-top:.8rem}
      table{border-collapse:collapse;width:100%} th{text-align:left;color:#54616e;font-weight:500}
      td,th{padding:.25rem .6rem .25rem 0;border-bottom:1px solid #eceff2} .n{text-align:right}
      .bar{background:#0072b2;height:.7rem;border-radius:2px}
      .high{color:#b3261e;font-weight:600} .medium{color:#8a5a00;font-weight:600}
      </style>
      <main><h1>Alarms of the ward</h1>
      <p class="when">\(ReportText.time(figures.fromMs)) to \(ReportText.time(figures.toMs))</p>
      <div class="tiles">
      \(tile(perDay, "alarms per bed-day"))
      \(tile("\(figures.started.count)", "alarms, \(figures.physiological) of the heart"))
      \(tile("\(figures.count(.high))", "of high priority"))
      \(tile("\(figures.acknowledged)", "acknowledged"))
      </div>
      <section><h2>What about</h2><table>
      \(figures.conditions.map { """
        <tr><td>\(escaped(WatchLine.words($0.name)))</td><td class="n">\($0.count)</td>\
        <td style="width:50%"><div class="bar" style="width:\(max(1, 100 * $0.count / most))%"></div></td></tr>
        """ }.joined(separator: "\n"))
      </table></section>
      <section><h2>Beds with the most alarms</h2><table>
      <tr><th>bed<th class="n">alarms<th class="n">of the heart<th class="n">high<th class="n">on\
      <th class="n">quality</tr>
      \(figures.topBeds.prefix(top).map(row).joined(separator: "\n"))
      </table></section>
      <section><h2>Longest unacknowledged</h2><table>
      <tr><th>for<th>bed<th>condition<th>priority<th>started<th></tr>
      \(figures.longestUnacknowledged(10).map(row).joined(separator: "\n"))
      </table></section></main></html>

      """
  }

  private func tile(_ number: String, _ text: String) -> String {
    "<div class=\"tile\"><b>\(number)</b><span>\(text)</span></div>"
  }

  private func row(_ bed: ReportFigures.Bed) -> String {
    let quality = bed.quality.map { String(format: "%.2f", $0) } ?? "-"
    return
      "<tr><td>\(escaped(bed.name))<td class=\"n\">\(bed.alarms)<td class=\"n\">\(bed.physiological)"
      + "<td class=\"n\">\(bed.high)<td class=\"n\">\(StatusTable.duration(Double(bed.onMs) / 1000))"
      + "<td class=\"n\">\(quality)</tr>"
  }

  private func row(_ alarm: ReportFigures.Alarm) -> String {
    let seconds = Double(alarm.unacknowledgedMs(nowMs: figures.toMs)) / 1000
    return
      "<tr><td>\(StatusTable.duration(seconds))<td>\(escaped(alarm.stream ?? "ecgd"))"
      + "<td>\(WatchLine.words(alarm.condition))<td class=\"\(alarm.priority.rawValue)\">\(alarm.priority.rawValue)"
      + "<td>\(alarm.isFromBefore ? "before " : "")\(ReportText.time(alarm.startMs))<td>\(alarm.endMs == nil ? "still on" : "")</tr>"
  }

  private func escaped(_ text: String) -> String {
    text.replacingOccurrences(of: "&", with: "&amp;").replacingOccurrences(of: "<", with: "&lt;")
      .replacingOccurrences(of: ">", with: "&gt;")
  }
}
