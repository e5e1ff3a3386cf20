extension World {
  /// What a group, or a refresh's desired configuration, launches from.
  public enum LaunchSource: Hashable, Sendable {
    case template(TemplateSpecification)
    case mixed(MixedPolicy)
    case launchConfiguration(String)

    /// The launch template of the two forms that have one.
    public var template: TemplateSpecification? {
      switch self {
      case .template(let specification): specification
      case .mixed(let policy): policy.template
      case .launchConfiguration: nil
      }
    }

    var usesRequirements: Bool {
      if case .mixed(let policy) = self { policy.overrides.contains { $0.requirements != nil } } else { false }
    }
  }

  /// A launch template and a version, as stored: an alias stays an alias.
  public struct TemplateSpecification: Hashable, Sendable {
    public var id: String
    public var name: String
    /// A number, `$Latest` or `$Default`; `nil` means `$Default`.
    public var version: String?

    public init(id: String = "", name: String = "", version: String? = nil) {
      self.id = id
      self.name = name
      self.version = version
    }

    /// Whether the version is a number.
    public var isPinned: Bool { version.flatMap { Int($0) } != nil }
  }

  /// A mixed-instances policy.
  public struct MixedPolicy: Hashable, Sendable {
    public struct Override: Hashable, Sendable {
      public var instanceType: String?
      public var weight: Int?
      public var template: TemplateSpecification?
      /// Attribute-based selection, kept as sent.
      public var requirements: Tree?

      public init(
        instanceType: String? = nil, weight: Int? = nil, template: TemplateSpecification? = nil,
        requirements: Tree? = nil
      ) {
        self.instanceType = instanceType
        self.weight = weight
        self.template = template
        self.requirements = requirements
      }
    }

    public var template: TemplateSpecification
    public var overrides: [Override]
    /// The members of InstancesDistribution in the order sent.
    public var distribution: [Tag]

    public init(template: TemplateSpecification, overrides: [Override] = [], distribution: [Tag] = []) {
      self.template = template
      self.overrides = overrides
      self.distribution = distribution
    }
  }
}
