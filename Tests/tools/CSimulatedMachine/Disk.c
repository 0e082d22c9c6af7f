#define _GNU_SOURCE
#include "Disk.h"
#include "SimulatedMachine.h"
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

file *disk_files;
static char root[512];
static folder_change *folder_changes, **folder_last = &folder_changes;
static size_t bytes_held, changes_held;

size_t machine_bytes(void) { return bytes_held; }
size_t machine_unsynced(void) { return changes_held; }

static void *hold(size_t size) {
  void *p = calloc(1, size ? size : 1);
  if (!p) abort();
  bytes_held += size;
  return p;
}

static void release(void *p, size_t size) {
  free(p);
  bytes_held -= size;
}

static char *hold_name(const char *name) {
  char *copy = hold(strlen(name) + 1);
  return strcpy(copy, name);
}

static void set_name(char **name, const char *to) {
  char *copy = to ? hold_name(to) : NULL;
  if (*name) release(*name, strlen(*name) + 1);
  *name = copy;
}

/// SQLite's index of its log is memory that processes share, and no file in this sense.
static bool is_memory(const char *path) {
  size_t n = strlen(path);
  return n > 4 && !strcmp(path + n - 4, "-shm");
}

bool disk_has(const char *path) {
  size_t n = strlen(root);
  return n && path && !strncmp(path, root, n) && path[n] == '/' && !is_memory(path);
}

file *disk_file(const char *name) {
  for (file *f = disk_files; f; f = f->next)
    if (f->live_name && !strcmp(f->live_name, name)) return f;
  return NULL;
}

static void note(file *subject, const char *to) {
  folder_change *c = hold(sizeof *c);
  c->subject = subject;
  c->to = to ? hold_name(to) : NULL;
  *folder_last = c;
  folder_last = &c->next;
}

file *disk_create(const char *path) {
  file *f = hold(sizeof *f);
  f->last = &f->changes;
  f->live_name = hold_name(path);
  f->next = disk_files;
  disk_files = f;
  note(f, path);
  return f;
}

void disk_unlink(const char *path) {
  file *f = disk_file(path);
  if (!f) return;
  set_name(&f->live_name, NULL);
  note(f, NULL);
}

void disk_rename(const char *from, const char *to) {
  file *f = disk_file(from), *there = disk_file(to);
  if (!f) return;
  if (there) set_name(&there->live_name, NULL);
  set_name(&f->live_name, to);
  note(f, to);
}

static void add(file *f, change *c) {
  *f->last = c;
  f->last = &c->next;
  changes_held++;
}

void disk_write(file *f, off_t at, const void *bytes, size_t length) {
  change *c = hold(sizeof *c + length);
  c->at = at;
  c->length = length;
  memcpy(c->bytes, bytes, length);
  add(f, c);
}

void disk_truncate(file *f, off_t length) {
  change *c = hold(sizeof *c);
  c->is_truncation = true;
  c->at = length;
  add(f, c);
}

static void resize(file *f, size_t size) {
  uint8_t *image = hold(size);
  memcpy(image, f->image ? f->image : image, size < f->size ? size : f->size);
  if (f->image) release(f->image, f->size);
  f->image = image;
  f->size = size;
}

/// Brings the first `length` bytes of a change into the image.
static void apply(file *f, const change *c, size_t length) {
  if (c->is_truncation) {
    if (f->size != (size_t)c->at) resize(f, (size_t)c->at);
    return;
  }
  if (!length) return;
  size_t end = (size_t)c->at + length;
  if (end > f->size) resize(f, end);
  memcpy(f->image + c->at, c->bytes, length);
}

static void forget(file *f) {
  for (change *c = f->changes, *next; c; c = next) {
    next = c->next;
    release(c, sizeof *c + c->length);
    changes_held--;
  }
  f->changes = NULL;
  f->last = &f->changes;
}

/// Takes over one change of the folder: whoever had the name has lost it.
static void apply_to_folder(const folder_change *c) {
  if (c->to)
    for (file *f = disk_files; f; f = f->next)
      if (f->durable_name && !strcmp(f->durable_name, c->to)) set_name(&f->durable_name, NULL);
  set_name(&c->subject->durable_name, c->to);
}

static void release_change(folder_change *c) {
  if (c->to) release(c->to, strlen(c->to) + 1);
  release(c, sizeof *c);
}

void disk_sync(file *f) {
  for (change *c = f->changes; c; c = c->next) apply(f, c, c->length);
  forget(f);
  // As ext4 and XFS do, a new file's name goes to the disk with it, and with that all that happened in
  // the folder before: they log names in order.
  folder_change *named = NULL;
  for (folder_change *c = folder_changes; c; c = c->next)
    if (c->subject == f && !f->durable_name && c->to) named = c;
  for (folder_change *c; named && (c = folder_changes);) {
    apply_to_folder(c);
    folder_changes = c->next;
    if (!folder_changes) folder_last = &folder_changes;
    if (c == named) named = NULL;
    release_change(c);
  }
}

static void drop_folder_changes(void) {
  for (folder_change *c = folder_changes, *next; c; c = next) {
    next = c->next;
    release_change(c);
  }
  folder_changes = NULL;
  folder_last = &folder_changes;
}

/// Files that neither a program nor the disk has a name for.
static void sweep(void) {
  for (file **p = &disk_files; *p;) {
    file *f = *p;
    if (f->live_name || f->durable_name) {
      p = &f->next;
      continue;
    }
    *p = f->next;
    forget(f);
    if (f->image) release(f->image, f->size);
    release(f, sizeof *f);
  }
}

void disk_mount(const char *folder) {
  drop_folder_changes();
  for (file *f = disk_files; f; f = f->next) {
    set_name(&f->live_name, NULL);
    set_name(&f->durable_name, NULL);
  }
  sweep();
  snprintf(root, sizeof root, "%s", folder);
}

void disk_sync_folder(void) {
  for (folder_change *c = folder_changes; c; c = c->next) apply_to_folder(c);
  drop_folder_changes();
}

uint64_t machine_digest(const char *path) {
  int fd = (int)syscall(SYS_openat, AT_FDCWD, path, O_RDONLY);
  if (fd < 0) return 0;
  uint64_t digest = 0xcbf29ce484222325;
  static uint8_t bytes[1 << 16];
  for (long n; (n = syscall(SYS_read, fd, bytes, sizeof bytes)) > 0;)
    for (long i = 0; i < n; i++) digest = (digest ^ bytes[i]) * 0x100000001b3;
  syscall(SYS_close, fd);
  return digest;
}

static uint64_t next(uint64_t *state) {
  uint64_t z = *state += 0x9e3779b97f4a7c15;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
  z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
  return z ^ (z >> 31);
}

/// What of the unsynchronised changes reached the disk: a beginning, one torn, and of the rest any.
static void lose(file *f, uint64_t *random) {
  size_t count = 0, i = 0;
  for (change *c = f->changes; c; c = c->next) count++;
  size_t whole = count ? next(random) % (count + 1) : 0;
  bool is_ordered = next(random) % 2;
  for (change *c = f->changes; c; c = c->next, i++) {
    if (i < whole) apply(f, c, c->length);
    else if (i == whole) apply(f, c, c->length ? next(random) % c->length : 0);
    else if (!is_ordered && next(random) % 2) apply(f, c, c->length);
  }
  forget(f);
}

static void put(const file *f) {
  int fd = (int)syscall(SYS_openat, AT_FDCWD, f->durable_name, O_WRONLY | O_CREAT | O_TRUNC, 0600);
  if (fd < 0) abort();
  for (size_t at = 0; at < f->size;) {
    long written = syscall(SYS_write, fd, f->image + at, f->size - at);
    if (written <= 0) abort();
    at += (size_t)written;
  }
  syscall(SYS_close, fd);
}

static void empty_folder(void) {
  DIR *folder = opendir(root);
  if (!folder) return;
  for (struct dirent *entry; (entry = readdir(folder));) {
    char path[800];
    if (entry->d_name[0] == '.') continue;
    snprintf(path, sizeof path, "%s/%s", root, entry->d_name);
    syscall(SYS_unlinkat, AT_FDCWD, path, 0);
  }
  closedir(folder);
}

/// A killed program's writes are all there; only its memory is gone.
static void keep_all(void) {
  for (file *f = disk_files; f; f = f->next) {
    for (change *c = f->changes; c; c = c->next) apply(f, c, c->length);
    forget(f);
  }
  disk_sync_folder();
}

static void lose_some(uint64_t seed) {
  uint64_t random = seed;
  size_t count = 0;
  for (folder_change *c = folder_changes; c; c = c->next) count++;
  size_t kept = count ? next(&random) % (count + 1) : 0;
  for (folder_change *c = folder_changes; c && kept; c = c->next, kept--) apply_to_folder(c);
  drop_folder_changes();
  for (file *f = disk_files; f; f = f->next) lose(f, &random);
}

void disk_restore(bool power_failed, uint64_t seed) {
  if (power_failed) lose_some(seed);
  else keep_all();
  empty_folder();
  for (file *f = disk_files; f; f = f->next) {
    set_name(&f->live_name, f->durable_name);
    if (f->durable_name) put(f);
  }
  sweep();
}
