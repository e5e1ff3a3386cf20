// Runs a program and writes down what it took.
//
//   measure [-a] FILE PROGRAM [ARGUMENT…]
//
// FILE gets one line: wall clock in nanoseconds, user and system time in microseconds, and the peaks of resident and of
// anonymous memory in KiB, children included in all but the last, which is the program's own and measured with -a only,
// each millisecond. Ends with the program's exit status, or 128 and its signal.
//
// It is tiny, because Linux counts what a process held before exec into the peak of the program that it becomes
// (getrusage(2), exec_mmap): a large parent would be taken for a large child.
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static long long now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * 1000000000LL + time.tv_nsec;
}

// RssAnon of a process in KiB; 0 when it cannot be read.
static long anonymous(pid_t child) {
  char path[64], line[256];
  long found = 0;
  snprintf(path, sizeof path, "/proc/%d/status", (int)child);
  FILE *file = fopen(path, "r");
  if (!file) return 0;
  while (fgets(line, sizeof line, file))
    if (sscanf(line, "RssAnon: %ld", &found) == 1) break;
  fclose(file);
  return found;
}

int main(int argc, char **argv) {
  int samples = argc > 1 && strcmp(argv[1], "-a") == 0;
  if (samples) argv++, argc--;
  if (argc < 3) {
    fprintf(stderr, "measure [-a] FILE PROGRAM [ARGUMENT...]\n");
    return 2;
  }
  long peak = 0;
  long long began = now();
  pid_t child = fork();
  if (child < 0) return perror("measure: fork"), 2;
  if (child == 0) {
    execvp(argv[2], argv + 2);
    perror(argv[2]);
    _exit(127);
  }
  int status;
  struct rusage usage;
  while (wait4(child, &status, samples ? WNOHANG : 0, &usage) != child) {
    long held = anonymous(child);
    if (held > peak) peak = held;
    nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
  }
  long long took = now() - began;
  FILE *file = fopen(argv[1], "w");
  if (!file) return perror(argv[1]), 2;
  fprintf(file, "%lld %lld %lld %ld %ld\n", took, usage.ru_utime.tv_sec * 1000000LL + usage.ru_utime.tv_usec,
          usage.ru_stime.tv_sec * 1000000LL + usage.ru_stime.tv_usec, usage.ru_maxrss, peak);
  fclose(file);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
