import ECGRecords
import Foundation

/// The records that the paths of a command name: a record (dir/208), or a folder, of which all
/// records are taken, those in folders within it too.
enum RecordList {
  static func expand(_ paths: [String]) throws(ReplayError) -> [String] {
    var records: [String] = []
    for path in paths {
      let trimmed = path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
      guard isFolder(trimmed), !FileManager.default.fileExists(atPath: trimmed + ".hea") else {
        records.append(trimmed)
        continue
      }
      let found = try inFolder(trimmed)
      guard !found.isEmpty else { throw .noInput("\(trimmed): no WFDB records (.hea) in it") }
      records += found
    }
    return records
  }

  static func isFolder(_ path: String) -> Bool {
    var isFolder: ObjCBool = false
    let exists = unsafe FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
    return exists && isFolder.boolValue
  }

  /// Every record of a folder; segments of others, layouts and headers without a signal are none.
  private static func inFolder(_ folder: String) throws(ReplayError) -> [String] {
    let names: [String]
    do {
      names = try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
    } catch { throw .noInput("\(folder): \(error.localizedDescription)") }
    var segments: Set<String> = []
    var records: [String] = []
    for name in names where name.hasSuffix(".hea") {
      let base = String(name.dropLast(4))
      guard let header = try? WFDBRecord.header(path: "\(folder)/\(base)") else {
        records.append(base)
        continue
      }
      segments.formUnion(header.segments.map(\.recordName))
      if !header.segments.isEmpty || !header.signals.isEmpty { records.append(base) }
    }
    var found = records.filter { !segments.contains($0) }.map { "\(folder)/\($0)" }
    for name in names where isFolder("\(folder)/\(name)") {
      found += try inFolder("\(folder)/\(name)")
    }
    return found
  }
}
