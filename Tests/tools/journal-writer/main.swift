// Appends groups of entries to a journal for as long as it is let, and prints the last sequence
// number after each append returned: what it has printed must be found again, however it was
// killed.
//
//   journal-writer PATH GROUP [FILE-LIMIT-BYTES]
//   journal-writer publish PATH GROUP
//
// The second one publishes as the daemon does, its standard output being the socket: appends a
// group, marks it as published, and prints its ids; first those that an earlier one owed.
import ECGCore
import ECGJournal
import Glibc

let arguments = CommandLine.arguments
guard arguments.count >= 3, let group = Int(arguments[arguments[1] == "publish" ? 3 : 2]) else {
  exit(64)
}

/// One line by one write: a pipe takes it whole or not at all.
func say(_ text: String) {
  let line = Array((text + "\n").utf8)
  if line.withUnsafeBytes({ write(STDOUT_FILENO, $0.baseAddress, $0.count) }) != line.count {
    exit(74)
  }
}

func setFileLimit(_ bytes: rlim_t) {
  var limit = rlimit()
  getrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit)
  limit.rlim_cur = min(bytes, limit.rlim_max)
  setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit)
}

let streams = ["bed-1", "bed-2", "bed-3"].map { StreamID($0)! }

func nextGroup(of journal: borrowing AlertJournal) -> [JournalEntry] {
  var last = journal.lastStreamSequences
  return (1...UInt64(group)).map { index in
    let sequence = journal.lastSequence + index
    let stream = streams[Int(sequence % 3)]
    last[stream, default: 0] += 1
    return JournalEntry(
      sequence: sequence, stream: stream, streamSequence: last[stream]!, id: "event-\(sequence)",
      json: Array(
        #"{"sequence":\#(sequence),"pad":"\#(String(repeating: "x", count: 200))"}"#.utf8),
      recordedAtMs: Int64(sequence))
  }
}

/// Appends, marks and prints for ever.
func publish(_ path: String) throws -> Never {
  var journal = try AlertJournal(path: path)
  var last = journal.lastSequence
  let owed = try journal.unpublished(limit: .max)
  try journal.markPublished(through: last, atMs: 1)
  say((["owed"] + owed.map(\.id)).joined(separator: " "))
  while true {
    let group = nextGroup(of: journal)
    try journal.append(group)
    last = journal.lastSequence
    try journal.markPublished(through: last, atMs: 1)
    say(group.map(\.id).joined(separator: " "))
  }
}

do {
  if arguments[1] == "publish" { try publish(arguments[2]) }
  var journal = try AlertJournal(path: arguments[1])
  say("\(journal.lastSequence)")
  if arguments.count > 3, let bytes = rlim_t(arguments[3]) {
    // A limit on the file's size stands for a full disk: the append fails, the process goes on,
    // and appends again once there is room.
    signal(SIGXFSZ, SIG_IGN)
    setFileLimit(bytes)
    do {
      while true { try journal.append(nextGroup(of: journal)) }
    } catch {
      say("full: \(error)")
    }
    say("\(journal.lastSequence)")
    setFileLimit(rlim_t.max)
    try journal.append(nextGroup(of: journal))
    say("\(journal.lastSequence)")
    exit(0)
  }
  while true {
    try journal.append(nextGroup(of: journal))
    say("\(journal.lastSequence)")
  }
} catch {
  say("error: \(error)")
  exit(70)
}
