/// A static program for images `FROM scratch`: no network and no base image is needed to run it.
///
/// What it does is told by its first argument: `exit N` prints a line to each output and ends with status N; `wait`
/// prints `ready` and waits for SIGTERM, then ends with 0; `serve PORT` answers every HTTP request with the status in
/// `HEALTH_STATUS` (else 200) and the body in `BODY` (else `ok`), one connection after the other; port 0 is a free one,
/// and `serving on PORT` is the first line that it prints.
public enum TinyProgram {
  /// Whether this machine has the compiler.
  public static var canBeMade: Bool { Command.exists("clang") || Command.exists("cc") }

  /// The executable's bytes; compiled at the first call of the process.
  public static func executable() throws -> [UInt8] { try compiled.get() }

  private static let compiled = Result { try compile() }

  private static func compile() throws -> [UInt8] {
    let folder = try TemporaryFolder("tiny")
    let file = try folder.write("tiny.c", source)
    let compiler = Command.exists("clang") ? "clang" : "cc"
    try Command.check([compiler, "-static", "-Os", "-s", "-o", "\(folder.path)/tiny", file])
    return try readFile("\(folder.path)/tiny")
  }

  private static let source = #"""
    #include <arpa/inet.h>
    #include <signal.h>
    #include <stdio.h>
    #include <stdlib.h>
    #include <string.h>
    #include <sys/socket.h>
    #include <unistd.h>

    static void ended(int signal) { _exit(0); }

    static int serve(int port) {
      const char *status = getenv("HEALTH_STATUS"), *body = getenv("BODY");
      struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
      socklen_t length = sizeof address;
      int on = 1, listener = socket(AF_INET, SOCK_STREAM, 0);
      setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
      if (bind(listener, (struct sockaddr *)&address, sizeof address) || listen(listener, 128)) return 1;
      getsockname(listener, (struct sockaddr *)&address, &length);
      printf("serving on %d\n", ntohs(address.sin_port));
      for (;;) {
        char buffer[8192];
        int used = 0, count, connection = accept(listener, 0, 0);
        while (used < 8191 && (count = read(connection, buffer + used, 8191 - used)) > 0) {
          used += count;
          buffer[used] = 0;
          if (strstr(buffer, "\r\n\r\n")) break;
        }
        dprintf(connection, "HTTP/1.1 %s X\r\nContent-Length: %zu\r\nConnection: close\r\n\r\n%s",
                status ? status : "200", strlen(body ? body : "ok"), body ? body : "ok");
        shutdown(connection, SHUT_WR);
        while (read(connection, buffer, sizeof buffer) > 0) {}
        close(connection);
      }
    }

    int main(int argc, char **argv) {
      setvbuf(stdout, 0, _IOLBF, 0);
      signal(SIGTERM, ended);
      signal(SIGPIPE, SIG_IGN);
      if (argc > 2 && !strcmp(argv[1], "exit")) {
        printf("to standard output\n");
        fprintf(stderr, "to standard error\n");
        return atoi(argv[2]);
      }
      if (argc > 1 && !strcmp(argv[1], "wait")) {
        printf("ready\n");
        for (;;) pause();
      }
      if (argc > 2 && !strcmp(argv[1], "serve")) return serve(atoi(argv[2]));
      return 64;
    }

    """#
}
