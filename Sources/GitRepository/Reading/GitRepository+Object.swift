internal import CGit2
internal import COpenSSL

extension GitRepository {
  /// Reads an object, whole into memory: libgit2 cannot read a packed one in parts. It is checked against its name.
  func object(_ id: git_oid, _ doing: @autoclosure () -> String) throws(GitError) -> ObjectContents {
    try ObjectContents(of: id, in: objects, doing())
  }

  /// An object's size in bytes, without reading it; `nil`: it is not in the repository.
  func size(of id: git_oid, _ doing: @autoclosure () -> String) throws(GitError) -> Int? {
    var id = id
    var size = 0
    var kind = GIT_OBJECT_INVALID
    let code = git_odb_read_header(&size, &kind, objects.pointer, &id)
    if code == GIT_ENOTFOUND.rawValue { return nil }
    try check(doing(), code)
    return size
  }

  /// The contents of the file at `path` below `root`; symbolic links are followed within it. `nil`: there is no file.
  func followedFile(at path: String, in root: GitHandle) throws(GitError) -> [UInt8]? {
    var path = path
    for _ in 0..<GitRepository.linksMax {
      guard let entry = try entry(at: path, in: root), git_tree_entry_type(entry.pointer) == GIT_OBJECT_BLOB,
        let id = git_tree_entry_id(entry.pointer)?.pointee
      else { return nil }
      let contents = try object(id, "Reading the file \(path)").bytes
      guard git_tree_entry_filemode(entry.pointer) == GIT_FILEMODE_LINK else { return contents }
      guard let target = target(of: contents, at: path) else { return nil }
      path = target
    }
    return nil
  }

  /// As many symbolic links as Linux follows in one path (path_resolution(7)).
  private static let linksMax = 40

  /// Where a symbolic link leads; `nil`: out of the tree.
  private func target(of link: [UInt8], at path: String) -> String? {
    let slash = UInt8(ascii: "/")
    if link.first == slash { return nil }
    let folder = path.utf8.split(separator: slash).dropLast().flatMap { Array($0) + [slash] }
    let target = cleaned((folder + link)[...])
    return target.starts(with: "..".utf8) ? nil : String(decoding: target, as: UTF8.self)
  }
}

/// An object's contents, which go away with it.
struct ObjectContents {
  private let handle: GitHandle

  /// Reads object `id` and checks it against its name. An object database may be read on several threads at once
  /// (https://github.com/libgit2/libgit2/pull/6109).
  init(of id: git_oid, in objects: GitHandle, _ doing: @autoclosure () -> String) throws(GitError) {
    var id = id
    handle = try GitHandle.make(doing(), as: .objectContents) { git_odb_read(&$0, objects.pointer, &id) }
    guard hasName(id) else { throw .damagedObject(doing: doing()) }
  }

  func withBytes<Value, Failure: Error>(
    _ body: (UnsafeRawBufferPointer) throws(Failure) -> Value
  ) throws(Failure) -> Value {
    defer { withExtendedLifetime(handle) {} }
    return try body(
      UnsafeRawBufferPointer(start: git_odb_object_data(handle.pointer), count: git_odb_object_size(handle.pointer)))
  }

  var bytes: [UInt8] { withBytes { Array($0) } }

  /// Whether `id` is the SHA-1 of its kind, its size and its contents
  /// (https://git-scm.com/book/en/v2/Git-Internals-Git-Objects, "Object Storage").
  private func hasName(_ id: git_oid) -> Bool {
    guard let kind = git_object_type2string(git_odb_object_type(handle.pointer)) else { return false }
    return withBytes { bytes in
      let head = Array("\(String(cString: kind)) \(bytes.count)\0".utf8)
      guard let digest = sha1(head, bytes) else { return false }
      return withUnsafeBytes(of: id.id) { $0.elementsEqual(digest) }
    }
  }
}

/// SHA-1 (FIPS 180-4) of one piece after the other.
private func sha1(_ first: [UInt8], _ second: UnsafeRawBufferPointer) -> [UInt8]? {
  guard let context = EVP_MD_CTX_new() else { return nil }
  defer { EVP_MD_CTX_free(context) }
  var digest = [UInt8](repeating: 0, count: Int(SHA_DIGEST_LENGTH))
  guard EVP_DigestInit_ex(context, EVP_sha1(), nil) == 1, EVP_DigestUpdate(context, first, first.count) == 1,
    EVP_DigestUpdate(context, second.baseAddress, second.count) == 1, EVP_DigestFinal_ex(context, &digest, nil) == 1
  else { return nil }
  return digest
}
