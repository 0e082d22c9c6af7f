struct EvaluationPage {
  let report: EvaluationReport
  var html: String { "" }
}
