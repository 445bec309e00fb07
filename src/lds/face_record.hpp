// The records in which EF.DG2 holds a face.
#pragma once

#include "lds/dg2.hpp"
#include "lds/file_reader.hpp"

namespace perso::lds {

// ISO/IEC 19794-5:2005 clause 5.
inline constexpr std::string_view facial_record_magic("FAC\0", 4);
inline constexpr std::string_view facial_record_version("010\0", 4);
inline constexpr std::size_t record_header_size = 14;
inline constexpr std::size_t facial_information_size = 20;
inline constexpr std::size_t image_information_size = 12;
inline constexpr std::uint8_t data_type_jpeg = 0x00, data_type_jpeg2000 = 0x01;
inline constexpr std::uint8_t colour_rgb24 = 0x01, colour_grey8 = 0x03;

/// The first image of a record of either standard. @throws Error Code::malformed
FaceImage read_face_record(const FileReader& record);

}  // namespace perso::lds
