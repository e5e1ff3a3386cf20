/// What a change set would do to one resource.
public struct StackChange: Equatable, Sendable {
  /// `Add`, `Modify`, `Remove`, …
  public var action: String
  public var logicalID: String
  public var type: String
  /// `True`, `False` or `Conditional`.
  public var replacement: String?
  public var properties: [String]

  public init(
    action: String, logicalID: String, type: String, replacement: String? = nil, properties: [String] = []
  ) {
    self.action = action
    self.logicalID = logicalID
    self.type = type
    self.replacement = replacement
    self.properties = properties
  }

  /// Kinds that hold data, or that the service stands on while it runs.
  static let precious: Set<String> = [
    "AWS::AutoScaling::AutoScalingGroup", "AWS::EC2::LaunchTemplate", "AWS::ECR::Repository",
    "AWS::ElastiCache::ReplicationGroup", "AWS::ElasticLoadBalancingV2::LoadBalancer",
    "AWS::ElasticLoadBalancingV2::TargetGroup", "AWS::RDS::DBInstance", "AWS::S3::Bucket",
    "AWS::SecretsManager::Secret",
  ]

  private var mayReplace: Bool { replacement == "True" || replacement == "Conditional" }

  /// Whether data or the running service would be lost, or may be.
  public var isDestructive: Bool {
    StackChange.precious.contains(type) && (action == "Remove" || action == "Modify" && mayReplace)
  }

  /// A line for people.
  public var line: String {
    let kind = type.hasPrefix("AWS::") ? String(type.dropFirst(5)) : type
    var text = "\(action) \(logicalID) (\(kind))"
    if !properties.isEmpty { text += ": \(properties.joined(separator: ", "))" }
    switch replacement {
    case "True": text += "; replaced by a new one"
    case "Conditional": text += "; may be replaced by a new one"
    default: break
    }
    return text
  }
}

/// The values that a change set gives to a template's parameters.
public enum StackParameters {
  /// The parameter that holds the fleet's launch-template version.
  public static let version = "FleetVersion"

  /// Each parameter of the template: what is set, else what the stack has (`nil`), else left to the default and missing
  /// here. The fleet's version is always the one that the group is set to, whatever stack and caller say.
  ///
  /// - Parameters:
  ///   - template: names, each with its default; `nil`: it has none.
  ///   - stack: what the stack has; empty for a new one.
  ///   - version: the number that the group is set to; `nil`: there is no group yet.
  public static func values(
    template: [String: String?], stack: [String: String], set: [String: String], version: Int?
  ) throws(StackParameterRefusal) -> [(key: String, value: String?)] {
    for key in set.keys.sorted() {
      guard template[key] != nil else { throw .unknown(key, allowed: template.keys.sorted()) }
      guard key != StackParameters.version else { throw .reserved(key) }
    }
    var values: [(key: String, value: String?)] = []
    for key in template.keys.sorted() {
      if key == StackParameters.version, let version {
        values.append((key, String(version)))
      } else if let value = set[key] {
        values.append((key, value))
      } else if stack[key] != nil {
        values.append((key, nil))
      } else if template[key] == .some(.none) {
        throw .missing(key)
      }
    }
    return values
  }
}

public enum StackParameterRefusal: Error, Equatable, CustomStringConvertible {
  case unknown(String, allowed: [String])
  case reserved(String)
  case missing(String)

  public var description: String {
    switch self {
    case .unknown(let key, let allowed):
      "--set \(key): the template has no such parameter; it has \(allowed.joined(separator: ", "))"
    case .reserved(let key):
      "--set \(key): it is filled in with the number that the group is set to, so that no update writes another back"
    case .missing(let key): "the template's parameter \(key) has no default; give it with --set \(key)=…"
    }
  }
}
