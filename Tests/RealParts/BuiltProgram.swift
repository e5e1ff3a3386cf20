import Glibc

/// A program of this package, as the build left it beside the test bundle.
public enum BuiltProgram {
  /// The path of an executable product.
  public static func path(_ product: String) -> String {
    var buffer = [UInt8](repeating: 0, count: Int(PATH_MAX))
    let count = readlink("/proc/self/exe", &buffer, buffer.count)
    let own = String(decoding: buffer.prefix(max(0, count)), as: UTF8.self)
    return own.prefix(upTo: own.lastIndex(of: "/") ?? own.startIndex) + "/" + product
  }
}
