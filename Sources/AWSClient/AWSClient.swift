import AWSWire
import HTTPTransport

/// The operations of AWS that a release needs, over one transport, one set of credentials and one retry quota.
public struct AWSClient: Sendable {
  var caller: AWSCaller

  public var sts: STS { STS(caller: caller) }
  public var ecr: ECR { ECR(caller: caller) }
  public var ec2: EC2 { EC2(caller: caller) }
  public var autoScaling: AutoScaling { AutoScaling(caller: caller) }
  public var elbv2: ELBv2 { ELBv2(caller: caller) }
  public var cloudWatch: CloudWatch { CloudWatch(caller: caller) }
  public var ssm: SSM { SSM(caller: caller) }
  public var cloudFormation: CloudFormation { CloudFormation(caller: caller) }
  public var rds: RDS { RDS(caller: caller) }
  public var elastiCache: ElastiCache { ElastiCache(caller: caller) }
  public var sns: SNS { SNS(caller: caller) }

  public var region: String { caller.settings.region }

  /// A client with the credentials that the environment leads to: the shared files are read here, nobody is asked before the first call.
  public init(settings: AWSSettings, environment: AWSEnvironment, transport: HTTPTransport) {
    let memory = CallerMemory()
    let roles = RoleCalls(settings: settings, environment: environment, transport: transport, memory: memory)
    let chain = CredentialsChain(
      environment: environment, files: SharedFiles(environment), profile: settings.profile,
      isProfileExplicit: settings.isProfileExplicit, roles: roles,
      requests: CredentialRequests(settings: settings, environment: environment, transport: transport))
    let store = CredentialsStore(now: environment.now) { () async throws(CredentialsError) in try await chain.load() }
    self.init(settings: settings, environment: environment, transport: transport, credentials: store, memory: memory)
  }

  /// A client with credentials of the caller's own.
  public init(
    settings: AWSSettings, environment: AWSEnvironment, transport: HTTPTransport, credentials: CredentialsStore
  ) {
    self.init(
      settings: settings, environment: environment, transport: transport, credentials: credentials,
      memory: CallerMemory())
  }

  private init(
    settings: AWSSettings, environment: AWSEnvironment, transport: HTTPTransport, credentials: CredentialsStore,
    memory: CallerMemory
  ) {
    caller = AWSCaller(
      settings: settings, environment: environment, transport: transport, credentials: credentials, memory: memory)
  }

  /// The same client with another answer to failed calls; quota, credentials and connections stay shared.
  public func with(retries: Retries) -> AWSClient {
    var client = self
    client.caller.retries = retries
    return client
  }
}

extension RoleCalls {
  /// STS itself, asked with credentials that the chain hands in, or unsigned.
  init(settings: AWSSettings, environment: AWSEnvironment, transport: HTTPTransport, memory: CallerMemory) {
    let sts: @Sendable (CredentialsStore?) -> STS = { store in
      STS(
        caller: AWSCaller(
          settings: settings, environment: environment, transport: transport, credentials: store, memory: memory))
    }
    assume = { (request, source) async throws(CredentialsError) in
      let store = CredentialsStore(now: environment.now) { () async throws(CredentialsError) in source }
      do throws(AWSError) { return try await sts(store).assumeRole(request) } catch {
        throw .failed(place: "role \(request.role) with \(source.source)", reason: error.description)
      }
    }
    assumeWithWebIdentity = { (role, session, token) async throws(CredentialsError) in
      do throws(AWSError) {
        return try await sts(nil).assumeRoleWithWebIdentity(role, session: session, token: token)
      } catch { throw .failed(place: "role \(role) with a web identity", reason: error.description) }
    }
  }
}
