// The example service of a rehearsal: a small keep-alive HTTP/1.1 server in one static binary, so that an image
// `FROM scratch` needs nothing from the network.
//
//   clang -static -O2 -DVERSION='"A"' [-DHEALTH_STATUS=500] -o backend/server server.c
//
//   GET /            200, JSON with the version
//   GET /api/health  200, or HEALTH_STATUS (environment, else compiled in) with its reason as a line on stderr
//
// PORT (environment, default 4000) is where it listens, on all addresses. SIGTERM and SIGINT: it takes no new
// connection, answers what is under way with `Connection: close`, and exits 0; after five seconds it leaves anyway.
// It does so as process 1 too.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#ifndef VERSION
#define VERSION "dev"
#endif
#ifndef HEALTH_STATUS
#define HEALTH_STATUS 200
#endif
#ifndef HEALTH_REASON
#define HEALTH_REASON "cannot reach database (simulated fault)"
#endif

enum { BACKLOG = 4096, EVENTS = 256, REQUEST_MAX = 8192, RESPONSE_MAX = 1024, SHUTDOWN_SECONDS = 5 };

struct connection {
  int fd;
  bool last;  // the response under way is the last one
  size_t received, length, sent;
  struct connection *next, *previous;
  char request[REQUEST_MAX];
  char response[RESPONSE_MAX];
};

static struct connection *connections;
static int poller, listener, health_status;
static bool leaving;

static void fail(const char *what) {
  fprintf(stderr, "wanzami-api: %s: %s\n", what, strerror(errno));
  exit(1);
}

static void watch(int fd, void *subject, uint32_t events, int operation) {
  struct epoll_event event = {.events = events, .data.ptr = subject};
  if (epoll_ctl(poller, operation, fd, &event) != 0) fail("epoll_ctl");
}

static void discard(struct connection *connection) {
  if (connection->previous) connection->previous->next = connection->next;
  if (connection->next) connection->next->previous = connection->previous;
  if (connections == connection) connections = connection->next;
  close(connection->fd);
  free(connection);
}

static void accept_all(void) {
  for (;;) {
    int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd < 0) {
      if (errno == EINTR || errno == ECONNABORTED) continue;
      return;  // EAGAIN, or no descriptor left: the backlog keeps the rest
    }
    struct connection *connection = calloc(1, sizeof *connection);
    if (!connection) {
      close(fd);
      return;
    }
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &(int){1}, sizeof(int));
    connection->fd = fd;
    connection->next = connections;
    if (connections) connections->previous = connection;
    connections = connection;
    watch(fd, connection, EPOLLIN, EPOLL_CTL_ADD);
  }
}

// The value of a header field in a head whose lines end in CRLF (the head is terminated by NUL), or NULL.
static const char *field(const char *head, const char *name) {
  size_t length = strlen(name);
  for (const char *line = strstr(head, "\r\n"); line; line = strstr(line, "\r\n")) {
    line += 2;
    if (strncasecmp(line, name, length) == 0 && line[length] == ':') {
      line += length + 1;
      return line + strspn(line, " \t");
    }
  }
  return NULL;
}

static const char *phrase(int status) {
  switch (status) {
    case 200: return "OK";
    case 400: return "Bad Request";
    case 404: return "Not Found";
    case 405: return "Method Not Allowed";
    case 413: return "Content Too Large";
    case 500: return "Internal Server Error";
    case 503: return "Service Unavailable";
    default: return "Status";
  }
}

static int answer_body(const char *method, const char *path, char *body, size_t size) {
  if (strcmp(method, "GET") != 0 && strcmp(method, "HEAD") != 0) {
    snprintf(body, size, "{\"error\":\"only GET and HEAD\"}\n");
    return 405;
  }
  size_t length = strcspn(path, "?");
  if (length == 1 && path[0] == '/') {
    snprintf(body, size, "{\"service\":\"wanzami-api\",\"version\":\"%s\"}\n", VERSION);
    return 200;
  }
  if (length == strlen("/api/health") && strncmp(path, "/api/health", length) == 0) {
    if (health_status == 200) {
      snprintf(body, size, "{\"status\":\"ok\",\"version\":\"%s\"}\n", VERSION);
    } else {
      fprintf(stderr, "wanzami-api: health: %s\n", HEALTH_REASON);
      snprintf(body, size, "{\"status\":\"failing\",\"reason\":\"%s\"}\n", HEALTH_REASON);
    }
    return health_status;
  }
  snprintf(body, size, "{\"error\":\"no such path\"}\n");
  return 404;
}

// Writes the response to one head into the connection.
static void answer(struct connection *connection, char *head) {
  char method[16], path[1024], body[512];
  int minor = 1, status;
  if (sscanf(head, "%15s %1023s HTTP/1.%d", method, path, &minor) != 3) {
    status = 400;
    method[0] = 0;
    connection->last = true;
    snprintf(body, sizeof body, "{\"error\":\"not an HTTP/1.1 request\"}\n");
  } else {
    status = answer_body(method, path, body, sizeof body);
  }
  const char *length = field(head, "content-length"), *wish = field(head, "connection");
  if (field(head, "transfer-encoding") || (length && strtol(length, NULL, 10) > 0)) {
    status = 413;  // nothing here takes a body, and an unread body would be taken for the next request
    connection->last = true;
    snprintf(body, sizeof body, "{\"error\":\"no body is taken\"}\n");
  }
  if (leaving || (wish && strncasecmp(wish, "close", 5) == 0)) connection->last = true;
  if (minor == 0 && !(wish && strncasecmp(wish, "keep-alive", 10) == 0)) connection->last = true;
  int written = snprintf(
      connection->response, RESPONSE_MAX,
      "HTTP/1.1 %d %s\r\nContent-Type: application/json\r\nContent-Length: %zu\r\nConnection: %s\r\n\r\n%s", status,
      phrase(status), strlen(body), connection->last ? "close" : "keep-alive",
      strcmp(method, "HEAD") == 0 ? "" : body);
  connection->length = (size_t)written;
  connection->sent = 0;
}

// Sends what is left of the response. False: the connection is gone.
static bool send_rest(struct connection *connection) {
  while (connection->sent < connection->length) {
    ssize_t count = send(connection->fd, connection->response + connection->sent,
                         connection->length - connection->sent, MSG_NOSIGNAL);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0 && errno == EAGAIN) {
      watch(connection->fd, connection, EPOLLOUT, EPOLL_CTL_MOD);
      return true;
    }
    if (count < 0) return discard(connection), false;
    connection->sent += (size_t)count;
  }
  connection->length = connection->sent = 0;
  if (connection->last) return discard(connection), false;
  return true;
}

// Answers each complete request that has been received, in order. False: the connection is gone.
static bool serve(struct connection *connection) {
  while (connection->length == 0) {
    char *end = memmem(connection->request, connection->received, "\r\n\r\n", 4);
    if (!end) {
      if (connection->received < REQUEST_MAX) return true;
      return discard(connection), false;
    }
    *end = 0;
    answer(connection, connection->request);
    size_t used = (size_t)(end + 4 - connection->request);
    connection->received -= used;
    memmove(connection->request, connection->request + used, connection->received);
    if (!send_rest(connection)) return false;
  }
  return true;
}

// Takes what has arrived. False: the connection is gone.
static bool receive(struct connection *connection) {
  for (;;) {
    if (connection->length > 0) return true;  // one response at a time: the rest waits in the socket
    ssize_t count = recv(connection->fd, connection->request + connection->received,
                         REQUEST_MAX - connection->received, 0);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0 && errno == EAGAIN) return true;
    if (count <= 0) return discard(connection), false;
    connection->received += (size_t)count;
    if (!serve(connection)) return false;
  }
}

static void continue_sending(struct connection *connection) {
  if (!send_rest(connection) || connection->length > 0) return;
  watch(connection->fd, connection, EPOLLIN, EPOLL_CTL_MOD);
  if (serve(connection)) receive(connection);
}

// Takes what had connected before, closes the door, and lets go of each connection that has no request under way.
static void leave(void) {
  if (leaving) return;
  accept_all();
  leaving = true;
  close(listener);
  for (struct connection *connection = connections, *next; connection; connection = next) {
    next = connection->next;
    if (receive(connection) && connection->received == 0 && connection->length == 0) discard(connection);
  }
}

static void listen_on(int port) {
  listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (listener < 0) fail("socket");
  setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &(int){1}, sizeof(int));
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
  if (bind(listener, (struct sockaddr *)&address, sizeof address) != 0) fail("bind");
  if (listen(listener, BACKLOG) != 0) fail("listen");
}

int main(void) {
  const char *port_text = getenv("PORT"), *health_text = getenv("HEALTH_STATUS");
  int port = port_text ? atoi(port_text) : 4000;
  health_status = health_text ? atoi(health_text) : HEALTH_STATUS;
  setvbuf(stdout, NULL, _IOLBF, 0);

  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  sigprocmask(SIG_BLOCK, &signals, NULL);
  int stop = signalfd(-1, &signals, SFD_NONBLOCK | SFD_CLOEXEC);
  poller = epoll_create1(EPOLL_CLOEXEC);
  if (stop < 0 || poller < 0) fail("signalfd or epoll_create1");
  listen_on(port);
  watch(listener, &listener, EPOLLIN, EPOLL_CTL_ADD);
  watch(stop, &stop, EPOLLIN, EPOLL_CTL_ADD);
  printf("wanzami-api %s listening on %d\n", VERSION, port);

  struct epoll_event events[EVENTS];
  time_t deadline = 0;
  while (!leaving || (connections && time(NULL) < deadline)) {
    int count = epoll_wait(poller, events, EVENTS, leaving ? 100 : -1);
    if (count < 0 && errno != EINTR) fail("epoll_wait");
    bool stopped = false;
    for (int i = 0; i < count; i++) {
      if (events[i].data.ptr == &listener) {
        accept_all();
      } else if (events[i].data.ptr == &stop) {
        stopped = true;  // after this batch: leaving frees connections that later events may name
      } else if (events[i].events & EPOLLOUT) {
        continue_sending(events[i].data.ptr);
      } else {
        receive(events[i].data.ptr);
      }
    }
    if (stopped && !leaving) {
      deadline = time(NULL) + SHUTDOWN_SECONDS;
      leave();
      printf("wanzami-api %s stopping\n", VERSION);
    }
  }
  return 0;
}
