/* SPDX-License-Identifier: EUPL-1.2 */
/* A disk that fails when it is told to: loaded in front of the C library (LD_PRELOAD), it makes calls on files below
   $DISK_FAULTS_FOLDER fail as the word in the file $DISK_FAULTS_ORDER says: full, fsync, read-only, or nothing. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

static int ordered(const char *word) {
  const char *order = getenv("DISK_FAULTS_ORDER");
  char text[16] = {0};
  if (order == NULL) return 0;
  long file = syscall(SYS_openat, AT_FDCWD, order, O_RDONLY);
  if (file < 0) return 0;
  syscall(SYS_read, file, text, sizeof text - 1);
  syscall(SYS_close, file);
  return strcmp(text, word) == 0;
}

static int concerns(const char *path) {
  const char *folder = getenv("DISK_FAULTS_FOLDER");
  return folder != NULL && path != NULL && strncmp(path, folder, strlen(folder)) == 0;
}

static int concerns_file(int file) {
  char name[64], path[4096];
  snprintf(name, sizeof name, "/proc/self/fd/%d", file);
  ssize_t length = readlink(name, path, sizeof path - 1);
  if (length < 0) return 0;
  path[length] = 0;
  return concerns(path);
}

static int fails(int file, int syncs) {
  if (!concerns_file(file)) return 0;
  if (syncs) return ordered("fsync") ? EIO : 0;
  if (ordered("full")) return ENOSPC;
  return ordered("read-only") ? EROFS : 0;
}

#define REPLACED(result, name, parameters, arguments, syncs)         \
  result name parameters {                                           \
    static result(*real) parameters;                                 \
    if (real == NULL) real = dlsym(RTLD_NEXT, #name);                \
    int code = fails(file, syncs);                                   \
    if (code == 0) return real arguments;                            \
    errno = code;                                                    \
    return -1;                                                       \
  }

REPLACED(ssize_t, write, (int file, const void *octets, size_t count), (file, octets, count), 0)
REPLACED(ssize_t, pwrite, (int file, const void *octets, size_t count, off_t at), (file, octets, count, at), 0)
REPLACED(ssize_t, pwrite64, (int file, const void *octets, size_t count, off64_t at), (file, octets, count, at), 0)
REPLACED(ssize_t, writev, (int file, const struct iovec *runs, int count), (file, runs, count), 0)
REPLACED(ssize_t, pwritev, (int file, const struct iovec *runs, int count, off_t at), (file, runs, count, at), 0)
REPLACED(ssize_t, pwritev64, (int file, const struct iovec *runs, int count, off64_t at), (file, runs, count, at), 0)
REPLACED(int, fsync, (int file), (file), 1)
REPLACED(int, fdatasync, (int file), (file), 1)

#define REPLACED_OPEN(name)                                                                       \
  int name(const char *path, int flags, ...) {                                                    \
    static int (*real)(const char *, int, ...);                                                   \
    if (real == NULL) real = dlsym(RTLD_NEXT, #name);                                             \
    va_list rest;                                                                                 \
    va_start(rest, flags);                                                                        \
    mode_t mode = va_arg(rest, mode_t);                                                           \
    va_end(rest);                                                                                 \
    if ((flags & O_ACCMODE) == O_RDONLY || !concerns(path) || !ordered("read-only"))              \
      return real(path, flags, mode);                                                             \
    errno = EROFS;                                                                                \
    return -1;                                                                                    \
  }

REPLACED_OPEN(open)
REPLACED_OPEN(open64)
