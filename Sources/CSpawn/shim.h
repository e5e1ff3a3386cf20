#pragma once
#include <spawn.h>

// glibc 2.34 and later; <spawn.h> declares it to C only where _DEFAULT_SOURCE is defined before the first include.
extern int posix_spawn_file_actions_addclosefrom_np(posix_spawn_file_actions_t *actions, int from);

/// Lets the child close every descriptor from `from` on.
static inline int wanzami_spawn_close_from(posix_spawn_file_actions_t *_Nonnull actions, int from) {
  return posix_spawn_file_actions_addclosefrom_np(actions, from);
}
