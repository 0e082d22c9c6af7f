import ECGRecords
import Foundation

/// The report as one page that needs nothing beside it: tables and plots, for light and dark.
struct EvaluationPage {
  let report: EvaluationReport

  var html: String {
    let groups = report.groups.map(section).joined(separator: "\n")
    return """
      <!doctype html>
      <html lang="en">
      <head>
      <meta charset="utf-8">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <title>ecgctl evaluate: \(report.modelName.escapedForHTML)</title>
      <style>\(Self.style)</style>
      </head>
      <body>
      <h1>How well abnormal beats are found</h1>
      <p>Model <b>\(report.modelName.escapedForHTML)</b> \
      <code>\(report.modelHash.prefix(12))</code>, \(report.records.count) records, run through \
      the daemon's own pipeline. Intervals: 95%, \(report.draws) draws of patients, seed \
      \(report.seed).</p>
      <p class="note">\(EvaluationReport.conventions.escapedForHTML)</p>
      \(groups)
      \(bare)
      </body>
      </html>

      """
  }

  /// The records that nobody annotated.
  private var bare: String {
    let records = report.records.filter { !$0.isAnnotated }
    guard !records.isEmpty else { return "" }
    let rows = records.map { record in
      let judged = record.judgedWindows
      let cells = [
        record.record.escapedForHTML, record.lead.escapedForHTML, "\(record.beats)",
        "\(judged.all)", "\(judged.exceeding)", "\(record.run.alerts.count)",
      ]
      return "<tr>" + cells.map { "<td>\($0)</td>" }.joined() + "</tr>"
    }
    let heads = ["record", "lead", "beats", "judged", "over the limit", "alerts"]
    return """
      <section>
      <h2>without annotations, \(records.count) records</h2>
      <div class="scroll"><table class="records"><thead><tr>\
      \(heads.map { "<th>\($0)</th>" }.joined())</tr></thead>
      <tbody>\(rows.joined(separator: "\n"))</tbody></table></div>
      </section>
      """
  }

  private func section(_ group: EvaluationGroup) -> String {
    let plots = EvaluationPlots(group: group)
    var delays: [String] = []
    if let runs = plots.delays(
      group.alerts.runDelays, "seconds from a run's third beat to its alert", colour: "b")
    {
      delays.append("<figure>\(runs)<figcaption>Ventricular runs</figcaption></figure>")
    }
    if let alerts = plots.delays(
      group.alerts.alertDelays, "seconds from an alert's onset to the alert", colour: "a")
    {
      delays.append("<figure>\(alerts)<figcaption>All right alerts</figcaption></figure>")
    }
    return """
      <section>
      <h2>\((group.name.isEmpty ? "records" : group.name).escapedForHTML), \
      \(group.records.count) records</h2>
      \(table(group.figures + group.levels))
      <div class="plots">
      <figure>\(plots.roc)<figcaption>ROC \(plots.key)</figcaption></figure>
      <figure>\(plots.precisionRecall)<figcaption>Precision and recall \
      \(plots.key)</figcaption></figure>
      \(delays.joined(separator: "\n"))
      </div>
      <figure class="wide">\(plots.records)<figcaption>By record \
      <span class="key a">AUC</span><span class="key b">V flagged</span>\
      <span class="key c">S flagged</span></figcaption></figure>
      \(records(group))
      </section>
      """
  }

  private func table(_ values: [EvaluationGroup.Value]) -> String {
    let rows = values.map { value -> String in
      let digits = value.unit == .perHour ? "%.2f" : "%.3f"
      func number(_ number: Double) -> String { String(format: digits, number) }
      let interval = value.interval.map { "\(number($0.low)) to \(number($0.high))" } ?? ""
      return "<tr><th>\(value.title.escapedForHTML)</th><td>\(value.value.map(number) ?? "-")</td>"
        + "<td class=\"range\">\(interval)</td></tr>"
    }
    return "<table>\(rows.joined(separator: "\n"))</table>"
  }

  private func records(_ group: EvaluationGroup) -> String {
    let heads = [
      "record", "lead", "beats", "QRS Se %", "QRS +P %", "unjudged %", "N flagged", "S flagged",
      "V flagged", "F flagged", "alerts right", "false", "runs", "in 10 s",
    ]
    let rows = group.records.map { record -> String in
      let (qrs, flags, alerts) = (record.scoring.qrs, record.scoring.flags, record.alertFigures)
      func flagged(_ label: ScoredBeat.Label) -> String {
        flags[label].beats > 0 ? "\(flags[label].flagged)/\(flags[label].beats)" : "-"
      }
      let unjudged = (flags[.normal] + flags.abnormal).unjudgedShare
      let cells = [
        record.record.escapedForHTML, record.lead.escapedForHTML,
        "\(qrs.truePositives + qrs.falseNegatives)", EvaluationText.percent(qrs.sensitivity),
        EvaluationText.percent(qrs.positivePredictivity), EvaluationText.percent(unjudged),
        flagged(.normal), flagged(.supraventricular), flagged(.ventricular), flagged(.fusion),
        "\(alerts.right)", "\(alerts.wrong)", "\(alerts.runs)", "\(alerts.runsAlerted)",
      ]
      return "<tr>" + cells.map { "<td>\($0)</td>" }.joined() + "</tr>"
    }
    return """
      <div class="scroll"><table class="records"><thead><tr>\
      \(heads.map { "<th>\($0)</th>" }.joined())</tr></thead>
      <tbody>\(rows.joined(separator: "\n"))</tbody></table></div>
      """
  }

  private static let style = """
    :root { color-scheme: light dark; --ink: #1b2430; --soft: #5b6675; --line: #d6dce3;
      --paper: #fff; --a: #1f6fb2; --b: #c4432b; --c: #8a6d00; --d: #4a8b3a; }
    @media (prefers-color-scheme: dark) { :root { --ink: #e6eaef; --soft: #9aa6b4;
      --line: #38424e; --paper: #14181d; --a: #62aef0; --b: #f0836c; --c: #d9b64a;
      --d: #86c976; } }
    body { font: 15px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper);
      max-width: 76rem; margin: 2rem auto; padding: 0 1rem; }
    h1 { font-size: 1.5rem; } h2 { font-size: 1.2rem; margin-top: 2.5rem;
      border-bottom: 1px solid var(--line); }
    .note, figcaption, .range { color: var(--soft); }
    table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
    th { text-align: left; font-weight: normal; } td { text-align: right; }
    th, td { padding: .15rem .8rem .15rem 0; }
    .records th, .records td { text-align: right; border-bottom: 1px solid var(--line);
      white-space: nowrap; }
    .records thead th { color: var(--soft); font-size: .85rem; }
    .records td:first-child, .records th:first-child { text-align: left; }
    .scroll, .wide { overflow-x: auto; }
    .plots { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(28rem, 100%), 1fr)); gap: 1rem; }
    figure { margin: 1rem 0; } svg { width: 100%; height: auto; }
    .wide svg { min-width: 40rem; }
    .line { fill: none; stroke-width: 2; } .guide, .grid { stroke: var(--line); }
    .guide { stroke-dasharray: 4 4; }
    .line.a { stroke: var(--a); } .line.b { stroke: var(--b); } .line.c { stroke: var(--c); }
    .bar.a, .dot.a { fill: var(--a); } .bar.b { fill: var(--b); } .bar.c { fill: var(--c); }
    .tick { font-size: 11px; fill: var(--soft); } .axis { font-size: 12px; fill: var(--ink); }
    .key { margin-left: .8rem; } .key::before { content: ""; display: inline-block; width: .8em;
      height: .8em; margin-right: .3em; border-radius: 2px; vertical-align: -.05em; }
    .key.a::before { background: var(--a); } .key.b::before { background: var(--b); }
    .key.c::before { background: var(--c); }
    """
}
