// The key set's files: read with a limit, written so that a folder is there whole or not at all. Not for
// other layers.
#pragma once

#include <filesystem>
#include <map>
#include <string>

#include "bytes/bytes.hpp"

namespace perso::keys {

/// A whole regular file of at most 64 KiB.
/// @throws Error Code::key_missing where there is none, Code::key_damaged where it cannot be read or is
/// larger
Bytes read_file(const std::filesystem::path& path);

/// Makes the folder `dir` (0700) with these files (0600, name to contents). It is built beside its place,
/// flushed to the disk and renamed: a power cut leaves `dir` as it was or complete.
/// @throws Error Code::key_damaged where DIR exists and is not empty, or cannot be written
void write_folder(const std::filesystem::path& dir, const std::map<std::string, Bytes>& files);

}  // namespace perso::keys
