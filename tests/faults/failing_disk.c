/* Stands between a process and the C library (LD_PRELOAD): counts the calls that change files below one folder, writes
 * them down, and lets some of them fail. Set in the process itself by disk_fails() and disk_works(). */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

enum { WRITE = 1, SYNC = 2, RENAME = 4, TRUNCATE = 8 };

static char below[PATH_MAX];
static int kinds, first, last, with, is_short, record = -1;
static volatile int count;

/* Every call of these kinds on files below `folder` from number `from` to number `to` (1 = the next one) fails with
 * `error`; with `shorter` a write is cut in half instead. `to` 0 = none fails. `log`: a descriptor for what is called. */
void disk_fails(const char *folder, int which, int from, int to, int error, int shorter, int log) {
    strncpy(below, folder, sizeof below - 1);
    kinds = which; first = from; last = to; with = error; is_short = shorter; record = log;
    count = 0;
}

int disk_calls(void) { return count; }

static int is_below(const char *path) { return below[0] && strncmp(path, below, strlen(below)) == 0; }

static int path_of(int fd, char *path) {
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, PATH_MAX - 1);
    path[length > 0 ? length : 0] = 0;
    return length > 0;
}

static void absolute(int dir, const char *name, char *path) {
    if (name[0] == '/') { snprintf(path, PATH_MAX, "%s", name); return; }
    char folder[PATH_MAX] = "";
    if (dir == AT_FDCWD) { if (!getcwd(folder, sizeof folder)) folder[0] = 0; } else path_of(dir, folder);
    snprintf(path, PATH_MAX, "%.2000s/%.2000s", folder, name);
}

/* 1 when this call is to fail. */
static int strikes(int kind, const char *word, const char *path, const char *other) {
    if (!below[0] || !(is_below(path) || is_below(other))) return 0;
    if (record >= 0) {
        char line[2 * PATH_MAX + 64];
        int length = snprintf(line, sizeof line, "%s\t%s\t%s\n", word, path, other);
        ssize_t (*real)(int, const void *, size_t) = dlsym(RTLD_NEXT, "write");
        if (real(record, line, length) < 0) record = -1;
    }
    if (!(kinds & kind)) return 0;
    int number = __sync_add_and_fetch(&count, 1);
    return number >= first && number <= last;
}

static int fd_strikes(int kind, const char *word, int fd) {
    char path[PATH_MAX];
    int before = errno, found = 0;
    if (below[0] && fd != record && path_of(fd, path)) found = strikes(kind, word, path, "");
    errno = found ? with : before;
    return found;
}

#define NEXT(type, name, ...) static type (*real)(__VA_ARGS__); if (!real) real = dlsym(RTLD_NEXT, name)

ssize_t write(int fd, const void *data, size_t size) {
    NEXT(ssize_t, "write", int, const void *, size_t);
    if (!fd_strikes(WRITE, "write", fd)) return real(fd, data, size);
    return is_short && size > 1 ? real(fd, data, size / 2) : is_short ? real(fd, data, size) : -1;
}

ssize_t pwrite64(int fd, const void *data, size_t size, off64_t place) {
    NEXT(ssize_t, "pwrite64", int, const void *, size_t, off64_t);
    if (!fd_strikes(WRITE, "write", fd)) return real(fd, data, size, place);
    return is_short && size > 1 ? real(fd, data, size / 2, place) : is_short ? real(fd, data, size, place) : -1;
}

ssize_t pwrite(int fd, const void *data, size_t size, off_t place) { return pwrite64(fd, data, size, place); }

ssize_t writev(int fd, const struct iovec *parts, int number) {
    NEXT(ssize_t, "writev", int, const struct iovec *, int);
    return fd_strikes(WRITE, "write", fd) && !is_short ? -1 : real(fd, parts, number);
}

ssize_t sendfile64(int out, int in, off64_t *place, size_t size) {
    NEXT(ssize_t, "sendfile64", int, int, off64_t *, size_t);
    return fd_strikes(WRITE, "write", out) && !is_short ? -1 : real(out, in, place, size);
}

int fsync(int fd) {
    NEXT(int, "fsync", int);
    return fd_strikes(SYNC, "fsync", fd) ? -1 : real(fd);
}

int fdatasync(int fd) {
    NEXT(int, "fdatasync", int);
    return fd_strikes(SYNC, "fsync", fd) ? -1 : real(fd);
}

int ftruncate64(int fd, off64_t size) {
    NEXT(int, "ftruncate64", int, off64_t);
    return fd_strikes(TRUNCATE, "truncate", fd) ? -1 : real(fd, size);
}

int ftruncate(int fd, off_t size) { return ftruncate64(fd, size); }

int fallocate64(int fd, int mode, off64_t place, off64_t size) {
    NEXT(int, "fallocate64", int, int, off64_t, off64_t);
    return fd_strikes(TRUNCATE, "truncate", fd) ? -1 : real(fd, mode, place, size);
}

int fallocate(int fd, int mode, off_t place, off_t size) { return fallocate64(fd, mode, place, size); }

int posix_fallocate64(int fd, off64_t place, off64_t size) {
    NEXT(int, "posix_fallocate64", int, off64_t, off64_t);
    return fd_strikes(TRUNCATE, "truncate", fd) ? with : real(fd, place, size);
}

int posix_fallocate(int fd, off_t place, off_t size) { return posix_fallocate64(fd, place, size); }

int truncate64(const char *name, off64_t size) {
    char path[PATH_MAX];
    NEXT(int, "truncate64", const char *, off64_t);
    absolute(AT_FDCWD, name, path);
    if (!strikes(TRUNCATE, "truncate", path, "")) return real(name, size);
    errno = with;
    return -1;
}

int truncate(const char *name, off_t size) { return truncate64(name, size); }

static int rename_strikes(int from_dir, const char *from, int to_dir, const char *to) {
    char source[PATH_MAX], target[PATH_MAX];
    if (!below[0]) return 0;
    absolute(from_dir, from, source);
    absolute(to_dir, to, target);
    if (!strikes(RENAME, "rename", source, target)) return 0;
    errno = with;
    return 1;
}

int rename(const char *from, const char *to) {
    NEXT(int, "rename", const char *, const char *);
    return rename_strikes(AT_FDCWD, from, AT_FDCWD, to) ? -1 : real(from, to);
}

int renameat(int from_dir, const char *from, int to_dir, const char *to) {
    NEXT(int, "renameat", int, const char *, int, const char *);
    return rename_strikes(from_dir, from, to_dir, to) ? -1 : real(from_dir, from, to_dir, to);
}

int renameat2(int from_dir, const char *from, int to_dir, const char *to, unsigned flags) {
    NEXT(int, "renameat2", int, const char *, int, const char *, unsigned);
    return rename_strikes(from_dir, from, to_dir, to) ? -1 : real(from_dir, from, to_dir, to, flags);
}

int link(const char *from, const char *to) {
    NEXT(int, "link", const char *, const char *);
    return rename_strikes(AT_FDCWD, from, AT_FDCWD, to) ? -1 : real(from, to);
}

int linkat(int from_dir, const char *from, int to_dir, const char *to, int flags) {
    NEXT(int, "linkat", int, const char *, int, const char *, int);
    return rename_strikes(from_dir, from, to_dir, to) ? -1 : real(from_dir, from, to_dir, to, flags);
}

int symlink(const char *target, const char *name) {
    NEXT(int, "symlink", const char *, const char *);
    return rename_strikes(AT_FDCWD, name, AT_FDCWD, name) ? -1 : real(target, name);
}

int symlinkat(const char *target, int dir, const char *name) {
    NEXT(int, "symlinkat", const char *, int, const char *);
    return rename_strikes(dir, name, dir, name) ? -1 : real(target, dir, name);
}
