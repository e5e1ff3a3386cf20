internal import CExpat
import Glibc

/// Why a document was not read.
public enum XMLError: Error, Equatable, Sendable, CustomStringConvertible {
  /// expat's words and the place, both counted from 1.
  case malformed(reason: String, line: Int, column: Int)
  /// A document type may define entities that grow without bound; AWS sends none, an HTML page does.
  case documentType
  case tooDeep(limit: Int)
  case tooManyElements(limit: Int)

  public var description: String {
    switch self {
    case .malformed(let reason, let line, let column):
      "not well-formed XML: \(reason) in line \(line), column \(column)"
    case .documentType: "the document declares a type (an HTML page?), which AWS's XML never does"
    case .tooDeep(let limit): "the document nests deeper than \(limit) elements"
    case .tooManyElements(let limit): "the document has more than \(limit) elements"
    }
  }
}

extension XMLNode {
  /// Reads a whole document. The bounds are far beyond what AWS sends: a DescribeInstances answer of 2,000 instances
  /// has 28,000 elements.
  public init(parsing bytes: [UInt8], maximumDepth: Int = 64, maximumElements: Int = 1_000_000) throws(XMLError) {
    let tree = TreeBuilder(maximumDepth: maximumDepth, maximumElements: maximumElements)
    self = try tree.parse(bytes)
  }
}

/// Builds the tree from expat's callbacks; lives for one document on one thread.
private final class TreeBuilder {
  private let maximumDepth: Int
  private let maximumElements: Int
  private var parser: OpaquePointer?
  /// The open elements, outermost first, below a nameless root.
  private var open = [XMLNode("")]
  private var text: [UInt8] = []
  private var elements = 0
  private var refusal: XMLError?

  init(maximumDepth: Int, maximumElements: Int) {
    self.maximumDepth = maximumDepth
    self.maximumElements = maximumElements
  }

  func parse(_ bytes: [UInt8]) throws(XMLError) -> XMLNode {
    guard let parser = XML_ParserCreate(nil) else {
      throw .malformed(reason: "no memory for a parser", line: 1, column: 1)
    }
    defer { XML_ParserFree(parser) }
    self.parser = parser
    XML_SetUserData(parser, Unmanaged.passUnretained(self).toOpaque())
    XML_SetElementHandler(parser, startElement, endElement)
    XML_SetCharacterDataHandler(parser, characterData)
    XML_SetStartDoctypeDeclHandler(parser, startDoctype)
    let status = bytes.withUnsafeBufferPointer { buffer in
      buffer.withMemoryRebound(to: CChar.self) { XML_Parse(parser, $0.baseAddress, Int32($0.count), 1) }
    }
    if let refusal { throw refusal }
    guard status == XML_STATUS_OK, let root = open.first?.children.first else {
      let reason = XML_ErrorString(XML_GetErrorCode(parser)).map { String(cString: $0) } ?? "unknown error"
      throw .malformed(
        reason: reason, line: Int(XML_GetCurrentLineNumber(parser)), column: Int(XML_GetCurrentColumnNumber(parser)) + 1
      )
    }
    return root
  }

  func start(_ name: String) {
    elements += 1
    if open.count > maximumDepth { return refuse(.tooDeep(limit: maximumDepth)) }
    if elements > maximumElements { return refuse(.tooManyElements(limit: maximumElements)) }
    text.removeAll(keepingCapacity: true)
    open.append(XMLNode(name))
  }

  func end() {
    guard open.count > 1, var node = open.popLast() else { return }
    if node.children.isEmpty { node.text = String(decoding: text, as: UTF8.self) }
    text.removeAll(keepingCapacity: true)
    open[open.count - 1].children.append(node)
  }

  func append(_ characters: UnsafeRawBufferPointer) { text.append(contentsOf: characters) }

  func refuse(_ error: XMLError) {
    refusal = refusal ?? error
    if let parser { _ = XML_StopParser(parser, 0) }
  }
}

private func builder(_ context: UnsafeMutableRawPointer?) -> TreeBuilder? {
  context.map { Unmanaged<TreeBuilder>.fromOpaque($0).takeUnretainedValue() }
}

private func startElement(
  _ context: UnsafeMutableRawPointer?, _ name: UnsafePointer<XML_Char>?,
  _ attributes: UnsafeMutablePointer<UnsafePointer<XML_Char>?>?
) {
  guard let name else { return }
  // A prefix names only the name space.
  let local = strrchr(name, Int32(UInt8(ascii: ":"))).map { UnsafePointer($0 + 1) } ?? name
  builder(context)?.start(String(cString: local))
}

private func endElement(_ context: UnsafeMutableRawPointer?, _ name: UnsafePointer<XML_Char>?) {
  builder(context)?.end()
}

private func characterData(
  _ context: UnsafeMutableRawPointer?, _ characters: UnsafePointer<XML_Char>?, _ count: Int32
) {
  builder(context)?.append(UnsafeRawBufferPointer(start: characters, count: Int(count)))
}

private func startDoctype(
  _ context: UnsafeMutableRawPointer?, _ name: UnsafePointer<XML_Char>?, _ system: UnsafePointer<XML_Char>?,
  _ publicID: UnsafePointer<XML_Char>?, _ hasSubset: Int32
) {
  builder(context)?.refuse(.documentType)
}
