import Glibc

/// What is done to the journal's files from outside of SQLite.
enum JournalFile {
  /// Makes the folders above `path`, for their owner alone: alerts are about patients.
  static func makeFolder(of path: String) throws(JournalError) {
    guard let slash = path.lastIndex(of: "/"), slash != path.startIndex else { return }
    let folder = String(path[..<slash])
    if unsafe access(folder, F_OK) == 0 { return }
    try makeFolder(of: folder)
    if unsafe mkdir(folder, 0o700) != 0, errno != EEXIST {
      throw .unwritable(path: path, detail: unsafe String(cString: strerror(errno)))
    }
  }
}

extension AlertJournal {
  /// Renames a damaged journal, with its write-ahead log, to `PATH.corrupt-SUFFIX`, so that a new
  /// one can be begun and the old one be looked at.
  ///
  /// - Returns: the new path.
  public static func setAside(path: String, suffix: String) throws(JournalError) -> String {
    let aside = "\(path).corrupt-\(suffix)"
    // The log goes first: left beside a new journal it would be replayed into it.
    for ending in ["-wal", "-shm", ""] {
      if unsafe rename(path + ending, aside + ending) != 0, errno != ENOENT {
        throw .unwritable(path: path, detail: unsafe String(cString: strerror(errno)))
      }
    }
    return aside
  }
}
