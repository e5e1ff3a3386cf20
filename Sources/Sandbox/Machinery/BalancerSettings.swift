/// HAProxy's configuration file (configuration manual 2.6).
struct BalancerSettings {
  var targetGroups: [String]
  var socket: String

  var text: String {
    var text = """
      global
        maxconn 1000
        nbthread 1
        hard-stop-after 1s
        stats socket "\(socket)" mode 600 level admin
      defaults
        mode http
        timeout connect 5s
        timeout client 60s
        timeout server 60s
        timeout http-keep-alive 60s
        timeout http-request 10s
        option http-keep-alive
        retries 0
        http-reuse never

      """
    for (index, name) in targetGroups.enumerated() {
      text += """
        frontend listener-\(name)
          bind fd@\(ChildServer.firstInherited + Int32(index))
          default_backend \(name)
        backend \(name)
          balance roundrobin

        """
    }
    return text
  }
}
