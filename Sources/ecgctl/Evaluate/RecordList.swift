import ECGRecords
import Foundation

/// The records that the paths of a command name: a record (dir/208), or a folder, of which all
/// records are taken; where it has none of its own, those of the folders within it.
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
    // What lies in folders beside a database's records is mostly another form of them.
    var found = records.filter { !segments.contains($0) }.map { "\(folder)/\($0)" }
    guard found.isEmpty else { return found }
    for name in names where isFolder("\(folder)/\(name)") {
      found += try inFolder("\(folder)/\(name)")
    }
    return found
  }

  /// The name of a record's tables: that of its header file, whatever name stands within it.
  static func name(of path: String) -> String {
    let last = path.split(separator: "/").last.map(String.init) ?? path
    return last.hasSuffix(".hea") ? String(last.dropLast(4)) : last
  }

  /// Two records whose tables would have one name; nil where there are none.
  static func namesakes(_ records: [String]) -> (String, String)? {
    var known: [String: String] = [:]
    for record in records {
      if let other = known.updateValue(record, forKey: name(of: record)) { return (other, record) }
    }
    return nil
  }

  /// The extensions of the files beside a record that hold annotated beats.
  static func annotators(of path: String) -> [String] {
    let name = name(of: path)
    let folder = URL(filePath: path).deletingLastPathComponent().path
    let files = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    return files.filter { $0.hasPrefix(name + ".") }
      .map { String($0.dropFirst(name.count + 1)) }
      .filter { !["hea", "dat", "mat"].contains($0) && !$0.contains(".") }
      .filter { annotator in
        let file = try? AnnotationFile(path: "\(folder)/\(name).\(annotator)")
        return file.map { !$0.beats.isEmpty } ?? false
      }.sorted()
  }
}
