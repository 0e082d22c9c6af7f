#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

// What a disk would have of each file, and what of it is only in memory yet.

/// A change of a file that was not forced to the disk.
typedef struct change {
  struct change *next;
  bool is_truncation;
  off_t at;  // or the new length
  size_t length;
  uint8_t bytes[];
} change;

/// A file, under whatever name.
typedef struct file {
  struct file *next;
  uint8_t *image;  // on the disk for certain
  size_t size;
  change *changes, **last;
  char *live_name;     // as programs see it; NULL once unlinked
  char *durable_name;  // as the disk has it; NULL where it has none
} file;

/// A change of the folder that was not forced to the disk. `from` is NULL for a new file, `to` for
/// one that was unlinked.
typedef struct folder_change {
  struct folder_change *next;
  file *subject;
  char *to;
} folder_change;

extern file *disk_files;

bool disk_has(const char *path);
file *disk_file(const char *live_name);
file *disk_create(const char *path);
void disk_rename(const char *from, const char *to);
void disk_unlink(const char *path);
void disk_write(file *f, off_t at, const void *bytes, size_t length);
void disk_truncate(file *f, off_t length);
void disk_sync(file *f);
void disk_sync_folder(void);

/// Whether what the program is about to do has an effect still.
bool machine_acts(void);
void machine_revive(void);
void disk_mount(const char *folder);
void disk_restore(bool power_failed, uint64_t seed);
