#define _GNU_SOURCE
#include "Disk.h"
#include "SimulatedMachine.h"
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

// The C library's calls about files, by their own names. Files that do not lie on the simulated disk
// go straight to the kernel.

enum { descriptor_limit = 4096 };
static file *open_files[descriptor_limit];
static bool open_folders[descriptor_limit];
static enum machine_fault fault;

void machine_set_fault(enum machine_fault now) { fault = now; }

static void begin(void) {
  memset(open_files, 0, sizeof open_files);
  memset(open_folders, 0, sizeof open_folders);
  machine_revive();
  fault = machine_sound;
}

void machine_mount(const char *folder) {
  begin();
  disk_mount(folder);
}

void machine_thaw(bool power_failed, uint64_t seed) {
  disk_restore(power_failed, seed);
  begin();
}

static file *file_of(int fd) { return fd >= 0 && fd < descriptor_limit ? open_files[fd] : NULL; }

static int refuse(int code) {
  errno = code;
  return -1;
}

static int open_at(const char *path, int flags, mode_t mode) {
  if (!disk_has(path)) {
    int fd = (int)syscall(SYS_openat, AT_FDCWD, path, flags, mode);
    if (fd >= 0 && fd < descriptor_limit) {
      open_files[fd] = NULL;
      open_folders[fd] = false;
    }
    return fd;
  }
  struct stat facts;
  bool is_there = syscall(SYS_newfstatat, AT_FDCWD, path, &facts, 0) == 0;
  bool is_change = flags & (O_CREAT | O_TRUNC);
  if (machine_is_frozen() && (is_change || (flags & O_ACCMODE) != O_RDONLY)) return refuse(EIO);
  if (!is_there && (flags & O_CREAT) && fault == machine_write_fails) return refuse(EIO);
  int fd = (int)syscall(SYS_openat, AT_FDCWD, path, flags, mode);
  if (fd < 0 || fd >= descriptor_limit) return fd;
  file *f = disk_file(path);
  if (!f && (flags & O_CREAT) && !is_there) f = disk_create(path);
  if (f && is_there && (flags & O_TRUNC)) disk_truncate(f, 0);
  open_files[fd] = f;
  open_folders[fd] = false;
  return fd;
}

static mode_t mode_of(int flags, va_list list) {
  return flags & (O_CREAT | O_TMPFILE) ? (mode_t)va_arg(list, unsigned) : 0;
}

int open(const char *path, int flags, ...) {
  va_list list;
  va_start(list, flags);
  mode_t mode = mode_of(flags, list);
  va_end(list);
  int fd = open_at(path, flags, mode);
  if (fd >= 0 && fd < descriptor_limit && (flags & O_DIRECTORY)) open_folders[fd] = true;
  return fd;
}

int open64(const char *path, int flags, ...) {
  va_list list;
  va_start(list, flags);
  mode_t mode = mode_of(flags, list);
  va_end(list);
  int fd = open_at(path, flags, mode);
  struct stat facts;
  // SQLite opens a folder without saying so.
  if (fd >= 0 && fd < descriptor_limit && !open_files[fd] && !syscall(SYS_fstat, fd, &facts))
    open_folders[fd] = S_ISDIR(facts.st_mode);
  return fd;
}

int close(int fd) {
  if (fd >= 0 && fd < descriptor_limit) {
    open_files[fd] = NULL;
    open_folders[fd] = false;
  }
  return (int)syscall(SYS_close, fd);
}

static off_t length_of(int fd) {
  struct stat facts;
  return syscall(SYS_fstat, fd, &facts) == 0 ? facts.st_size : 0;
}

static ssize_t write_at(int fd, const void *bytes, size_t count, off_t at) {
  file *f = file_of(fd);
  if (!machine_acts() || fault == machine_write_fails) return refuse(EIO);
  if (fault == machine_full && at + (off_t)count > length_of(fd)) return refuse(ENOSPC);
  ssize_t written = syscall(SYS_pwrite64, fd, bytes, count, at);
  if (written > 0) disk_write(f, at, bytes, (size_t)written);
  return written;
}

ssize_t write(int fd, const void *bytes, size_t count) {
  if (!file_of(fd)) return syscall(SYS_write, fd, bytes, count);
  off_t at = syscall(SYS_lseek, fd, 0, SEEK_CUR);
  ssize_t written = write_at(fd, bytes, count, at);
  if (written > 0) syscall(SYS_lseek, fd, at + written, SEEK_SET);
  return written;
}

ssize_t pwrite64(int fd, const void *bytes, size_t count, off_t at) {
  return file_of(fd) ? write_at(fd, bytes, count, at)
                     : syscall(SYS_pwrite64, fd, bytes, count, at);
}

ssize_t pwrite(int fd, const void *bytes, size_t count, off_t at) {
  return pwrite64(fd, bytes, count, at);
}

int ftruncate64(int fd, off_t length) {
  file *f = file_of(fd);
  if (!f) return (int)syscall(SYS_ftruncate, fd, length);
  if (!machine_acts() || fault == machine_write_fails) return refuse(EIO);
  int result = (int)syscall(SYS_ftruncate, fd, length);
  if (!result) disk_truncate(f, length);
  return result;
}

int ftruncate(int fd, off_t length) { return ftruncate64(fd, length); }

static int sync_of(int fd, long call) {
  file *f = file_of(fd);
  bool is_folder = fd >= 0 && fd < descriptor_limit && open_folders[fd];
  if (!f && !is_folder) return (int)syscall(call, fd);
  if (!machine_acts() || fault == machine_sync_fails) return refuse(EIO);
  if (f) disk_sync(f);
  else disk_sync_folder();
  return 0;
}

int fsync(int fd) { return sync_of(fd, SYS_fsync); }
int fdatasync(int fd) { return sync_of(fd, SYS_fdatasync); }

int rename(const char *from, const char *to) {
  if (disk_has(from) && !machine_acts()) return refuse(EIO);
  int result = (int)syscall(SYS_renameat, AT_FDCWD, from, AT_FDCWD, to);
  if (!result && disk_has(from)) disk_rename(from, to);
  return result;
}

int unlink(const char *path) {
  if (disk_has(path) && !machine_acts()) return refuse(EIO);
  int result = (int)syscall(SYS_unlinkat, AT_FDCWD, path, 0);
  if (!result && disk_has(path)) disk_unlink(path);
  return result;
}
