/// What the Engine knows of one container.
public struct EngineContainer: Equatable, Sendable {
  /// A container's life, in the Engine's words.
  public enum Status: String, Sendable {
    case created
    case running
    case paused
    case restarting
    case removing
    case exited
    case dead
  }

  public var id: String
  /// Without the slash that the API puts before it.
  public var name: String
  public var status: Status
  /// Of the last run; 0 while it has never ended.
  public var exitCode: Int
  /// How often the restart policy has started it again.
  public var restartCount: Int
  /// The kernel ended it for want of memory.
  public var wasOutOfMemory: Bool
  /// Why it could not be started; empty otherwise.
  public var startError: String
  /// The image's id, `sha256:…`.
  public var image: String
  public var labels: [String: String]
  /// What is published now; every entry has a host port.
  public var ports: [ContainerSpec.Port]
}

/// One line of `Engine.listContainers`.
public struct ContainerSummary: Equatable, Sendable {
  public var id: String
  public var name: String
  public var status: EngineContainer.Status?
  public var labels: [String: String]
}

struct ContainerAnswer: Decodable {
  struct State: Decodable {
    var status: String
    var exitCode: Int
    var oomKilled: Bool?
    var error: String?

    enum CodingKeys: String, CodingKey {
      case status = "Status"
      case exitCode = "ExitCode"
      case oomKilled = "OOMKilled"
      case error = "Error"
    }
  }

  struct Settings: Decodable {
    var labels: [String: String]?

    enum CodingKeys: String, CodingKey { case labels = "Labels" }
  }

  struct Binding: Decodable {
    var hostIP: String
    var hostPort: String

    enum CodingKeys: String, CodingKey {
      case hostIP = "HostIp"
      case hostPort = "HostPort"
    }
  }

  struct Network: Decodable {
    var ports: [String: [Binding]?]?

    enum CodingKeys: String, CodingKey { case ports = "Ports" }
  }

  var id: String
  var name: String
  var state: State
  var restartCount: Int
  var image: String
  var settings: Settings
  var network: Network?

  enum CodingKeys: String, CodingKey {
    case id = "Id"
    case name = "Name"
    case state = "State"
    case restartCount = "RestartCount"
    case image = "Image"
    case settings = "Config"
    case network = "NetworkSettings"
  }

  /// `nil` for a status that the API's documents do not name.
  var container: EngineContainer? {
    guard let status = EngineContainer.Status(rawValue: state.status) else { return nil }
    return EngineContainer(
      id: id, name: name.hasPrefix("/") ? String(name.dropFirst()) : name, status: status, exitCode: state.exitCode,
      restartCount: restartCount, wasOutOfMemory: state.oomKilled ?? false, startError: state.error ?? "",
      image: image, labels: settings.labels ?? [:], ports: ports)
  }

  private var ports: [ContainerSpec.Port] {
    (network?.ports ?? [:]).sorted { $0.key < $1.key }.flatMap { key, bindings -> [ContainerSpec.Port] in
      let parts = key.split(separator: "/")
      guard parts.count == 2, let containerPort = Int(parts[0]) else { return [] }
      return (bindings ?? []).compactMap { binding in
        Int(binding.hostPort).map {
          ContainerSpec.Port(
            hostIP: binding.hostIP, hostPort: $0, containerPort: containerPort, transport: String(parts[1]))
        }
      }
    }
  }
}

struct SummaryAnswer: Decodable {
  var id: String
  var names: [String]?
  var state: String
  var labels: [String: String]?

  enum CodingKeys: String, CodingKey {
    case id = "Id"
    case names = "Names"
    case state = "State"
    case labels = "Labels"
  }

  var summary: ContainerSummary {
    let name = names?.first ?? ""
    return ContainerSummary(
      id: id, name: name.hasPrefix("/") ? String(name.dropFirst()) : name,
      status: EngineContainer.Status(rawValue: state), labels: labels ?? [:])
  }
}
