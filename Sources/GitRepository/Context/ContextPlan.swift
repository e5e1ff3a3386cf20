internal import CGit2

/// What goes into a context's archive, known before the first byte is written: each folder with its files, parents first.
///
/// It is kept small, about 40 bytes and the name for a file, for a context may have a million of them.
struct ContextPlan {
  enum FileKind: UInt8 {
    case plain
    case executable
    case symlink
  }

  struct File {
    var id: git_oid
    var nameCount: UInt32
    var kind: FileKind
    /// In bytes; 0 until it was looked up.
    var size = 0
  }

  struct Folder {
    /// Relative to the context, without a last slash; empty: the context itself.
    var path: [UInt8]
    /// An ignored folder with something in it that an exception keeps has no entry of its own.
    var isSent: Bool
    fileprivate(set) var files = ContiguousArray<File>()
    fileprivate(set) var names: [UInt8] = []

    mutating func add(_ name: UnsafeBufferPointer<UInt8>, _ id: git_oid, _ kind: FileKind) {
      files.append(File(id: id, nameCount: UInt32(name.count), kind: kind))
      names += name
    }

    /// Looks up each file's size.
    mutating func measure(
      _ size: (_ path: [UInt8], _ file: File) throws(GitError) -> Int
    ) throws(GitError) {
      var index = 0
      let measured = self
      try measured.visit { (path, file) throws(GitError) in
        files[index].size = try size(path, file)
        index += 1
      }
    }

    /// Each file with its path in the context.
    func visit<Failure: Error>(_ body: (_ path: [UInt8], _ file: File) throws(Failure) -> Void) throws(Failure) {
      var start = 0
      for file in files {
        let end = start + Int(file.nameCount)
        try body(below(path, names[start..<end]), file)
        start = end
      }
    }
  }

  var folders: [Folder] = []
}

/// The path of `name` in the folder `path`.
func below(_ path: [UInt8], _ name: some Collection<UInt8>) -> [UInt8] {
  var whole: [UInt8] = []
  whole.reserveCapacity(path.count + 1 + name.count)
  if !path.isEmpty { whole += path + [UInt8(ascii: "/")] }
  whole += name
  return whole
}
