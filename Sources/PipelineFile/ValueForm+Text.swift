/// The forms of texts: names, paths and references.
extension ValueForm where Value == String {
  /// Any text.
  static var text: ValueForm {
    ValueForm(wrong: "is not a text", allowed: "write a text; \"\" for an empty one") { $0 }
  }

  /// The name of an Auto Scaling group: 1–255 printable ASCII characters, no colon.
  /// https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_CreateAutoScalingGroup.html
  static var groupName: ValueForm {
    checked("is not a name", "write 1–255 ASCII characters without spaces and colons, such as wanzami-api") {
      isPrintable($0, 1...255) && !$0.contains(":")
    }
  }

  static var alarmName: ValueForm {
    checked("is not a name", "write the alarm's name, 1–255 characters") { isLine($0, 1...255) }
  }

  static var region: ValueForm {
    checked("is not a region", "write one as in eu-north-1") { text in
      let parts = text.split(separator: "-", omittingEmptySubsequences: false)
      return parts.count >= 3 && parts.dropLast().allSatisfy { isMade($0, of: isLower) }
        && isMade(parts[parts.count - 1], of: isDigit) && text.count <= 32
    }
  }

  /// A git repository on this machine, or its URL.
  static var repositoryPlace: ValueForm {
    checked("is not a repository", "write a path of a git repository, such as ., or its URL") { isLine($0, 1...4096) }
  }

  /// `git check-ref-format --branch`: https://git-scm.com/docs/git-check-ref-format
  static var branch: ValueForm {
    checked("is not the name of a branch", "write it as in main or release/2, without refs/heads/") { text in
      let parts = text.split(separator: "/", omittingEmptySubsequences: false)
      return isLine(text, 1...255) && !text.hasPrefix("refs/") && !text.hasPrefix("-") && text != "@" && text != "HEAD"
        && !text.hasSuffix(".") && !text.contains { " ~^:?*[\\".contains($0) }
        && !text.contains("..") && !text.contains("@{")
        && parts.allSatisfy { !$0.isEmpty && !$0.hasPrefix(".") && !$0.hasSuffix(".lock") }
    }
  }

  /// An ECR repository, or `registry/repository`: without a tag or a digest, which are the release's.
  /// https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_CreateRepository.html
  static var imageRepository: ValueForm {
    checked(
      "is not a repository", "write an ECR repository as in wanzami-api, or registry/repository, without a tag"
    ) { text in
      guard isPrintable(text, 1...512) else { return false }
      let parts = text.split(separator: "/", omittingEmptySubsequences: false)
      let hasRegistry = parts.count > 1 && (parts[0].contains(".") || parts[0].contains(":") || parts[0] == "localhost")
      let names = hasRegistry ? parts.dropFirst() : parts[...]
      return (!hasRegistry || isRegistry(parts[0])) && names.allSatisfy(isRepositoryPart)
        && names.joined(separator: "/").count <= 256
    }
  }

  /// `os/architecture`, with or without a variant (OCI image index, "platform").
  static var platform: ValueForm {
    checked("is not a platform", "write os/architecture as in linux/arm64, or with a variant as in linux/arm/v7") {
      let parts = $0.split(separator: "/", omittingEmptySubsequences: false)
      return (2...3).contains(parts.count) && parts.allSatisfy { isMade($0) { isLower($0) || isDigit($0) } }
    }
  }

  static var buildArgument: ValueForm {
    checked("is not the name of a build argument", "write letters, digits and _, a letter first") { text in
      isMade(text) { $0.isASCII && ($0.isLetter || $0 == "_") || isDigit($0) } && !isDigit(text[text.startIndex])
    }
  }

  static var buildStage: ValueForm {
    checked("is not the name of a build stage", "write it as in the Dockerfile's `FROM … AS name`") { text in
      isMade(text) { $0.isASCII && $0.isLetter || isDigit($0) || "._-".contains($0) }
        && !"._-".contains(text.first ?? "-")
    }
  }

  /// A path within the commit's tree, without `./` in front and `/` at the end; empty for the tree itself.
  static var treeFolder: ValueForm {
    ValueForm(
      wrong: "is not a folder of the commit's tree", allowed: "write it from the tree's root as in backend, without .."
    ) { treePath($0) }
  }

  static var treeFile: ValueForm {
    ValueForm(wrong: "is not a file's path", allowed: "write it as in Dockerfile or deploy/user-data.sh, without ..") {
      treePath($0).flatMap { $0.isEmpty ? nil : $0 }
    }
  }

  private static func checked(_ wrong: String, _ allowed: String, _ isRight: @escaping (String) -> Bool) -> ValueForm {
    ValueForm(wrong: wrong, allowed: allowed) { isRight($0) ? $0 : nil }
  }
}

private func isDigit(_ character: Character) -> Bool { ("0"..."9").contains(character) }
private func isLower(_ character: Character) -> Bool { ("a"..."z").contains(character) }

private func isMade(_ text: some StringProtocol, of allowed: (Character) -> Bool) -> Bool {
  !text.isEmpty && text.allSatisfy(allowed)
}

/// On one line, without control characters.
private func isLine(_ text: String, _ length: ClosedRange<Int>) -> Bool {
  length.contains(text.count) && text.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7f }
}

private func isPrintable(_ text: String, _ length: ClosedRange<Int>) -> Bool {
  length.contains(text.utf8.count) && text.utf8.allSatisfy { (0x21...0x7e).contains($0) }
}

private func isRegistry(_ text: Substring) -> Bool {
  let parts = text.split(separator: ":", omittingEmptySubsequences: false)
  let isHost = isMade(parts[0]) { $0.isASCII && $0.isLetter || isDigit($0) || $0 == "." || $0 == "-" }
  return isHost && (parts.count == 1 || parts.count == 2 && isMade(parts[1], of: isDigit))
}

/// Lower-case letters and digits, with `.`, `_`, `__` or dashes between them.
private func isRepositoryPart(_ text: Substring) -> Bool {
  let isOuter: (Character) -> Bool = { isLower($0) || isDigit($0) }
  guard let first = text.first, let last = text.last, isOuter(first), isOuter(last) else { return false }
  let separators = text.split(whereSeparator: isOuter)
  return separators.allSatisfy { [".", "_", "__"].contains($0) || isMade($0) { $0 == "-" } }
}

private func treePath(_ text: String) -> String? {
  guard isLine(text, 1...4096), !text.hasPrefix("/"), !text.contains("\\") else { return nil }
  let parts = text.split(separator: "/").filter { $0 != "." }
  return parts.contains("..") ? nil : parts.joined(separator: "/")
}
