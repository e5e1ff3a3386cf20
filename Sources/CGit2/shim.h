#pragma once
#include <git2.h>
#include <git2/sys/remote.h>
#include <malloc.h>

// Swift imports no variadic functions: one typed function for each option, and no logic.
// https://libgit2.org/libgit2/#v1.5.1/group/libgit2/git_libgit2_opts

static inline int cgit2_set_window_size(size_t bytes) { return git_libgit2_opts(GIT_OPT_SET_MWINDOW_SIZE, bytes); }

static inline int cgit2_set_mapped_limit(size_t bytes) {
  return git_libgit2_opts(GIT_OPT_SET_MWINDOW_MAPPED_LIMIT, bytes);
}

static inline int cgit2_set_cache_size(ssize_t bytes) { return git_libgit2_opts(GIT_OPT_SET_CACHE_MAX_SIZE, bytes); }

static inline int cgit2_set_owner_validation(int enabled) {
  return git_libgit2_opts(GIT_OPT_SET_OWNER_VALIDATION, enabled);
}

static inline int cgit2_set_hash_verification(int enabled) {
  return git_libgit2_opts(GIT_OPT_ENABLE_STRICT_HASH_VERIFICATION, enabled);
}

static inline int cgit2_set_extensions(const char **names, size_t count) {
  return git_libgit2_opts(GIT_OPT_SET_EXTENSIONS, names, count);
}

static inline int cgit2_set_certificates(const char *file, const char *folder) {
  return git_libgit2_opts(GIT_OPT_SET_SSL_CERT_LOCATIONS, file, folder);
}

// glibc's, for what libgit2 allocates: Swift's Glibc has no malloc.h (mallopt(3)).
static inline int cgit2_set_mmap_threshold(int bytes) { return mallopt(M_MMAP_THRESHOLD, bytes); }
static inline int cgit2_set_trim_threshold(int bytes) { return mallopt(M_TRIM_THRESHOLD, bytes); }
