// What an inspection is told of an edition.
#include "edition/promises.hpp"

#include <doctest/doctest.h>

using namespace perso;
using inspect::Promises;

namespace {

inspect::Edition edition_of(const std::string& folder) {
  return edition::inspected_edition(profile::load(PERSO_SOURCE_DIR "/" + folder));
}

}  // namespace

TEST_CASE("the edition of 2023: everything that a chip can promise") {
  const inspect::Edition known = edition_of("profiles/prc-2023");
  const Promises& promises = known.promises;
  CHECK(known.name == "prc-2023");
  CHECK(known.zone_head == "IRCHN");
  CHECK(promises.active_authentication);
  CHECK(promises.chip_authentication);
  CHECK_FALSE(promises.bac);
  REQUIRE(promises.pace.size() == 2);
  CHECK(channel::name_of(promises.pace[0].protocol) == "PACE-ECDH-GM-AES-CBC-CMAC-128");
  CHECK(channel::name_of(promises.pace[1].protocol) == "PACE-ECDH-CAM-AES-CBC-CMAC-128");
  CHECK(promises.pace[1].parameters == 12);

  REQUIRE(promises.applications.size() == 3);
  const inspect::PromisedApplication& master = promises.applications[0];
  CHECK(master.aid.is_master_file());
  REQUIRE(master.files.size() == 2);
  CHECK(master.files[0].read == inspect::PromisedFile::Read::always);
  CHECK(master.files[1].read == inspect::PromisedFile::Read::access_control);
  CHECK(master.files[1].short_fid == iso7816::ShortFid{0x1D});

  struct Row {
    const std::optional<Promises::Place>& place;
    std::size_t at, bytes;
  };
  for (const Row& row : {Row{promises.record_number, 122, 36}, Row{promises.record_issued, 188, 16},
                         Row{promises.record_expires, 204, 16}}) {
    REQUIRE(row.place);
    CHECK(row.place->application == "national");
    CHECK(row.place->file == "TEXT");
    CHECK(row.place->at == row.at);
    CHECK(row.place->bytes == row.bytes);
    CHECK(row.place->text == identity::Encoding::utf_16le);
    CHECK(row.place->path.empty());
  }
  REQUIRE(promises.portrait_copy);
  CHECK(promises.portrait_copy->file == "PORTRAIT");
  REQUIRE(promises.signatures.size() == 1);
  CHECK(promises.signatures[0].kind == Promises::Signature::Kind::gmt_0010);
  CHECK(promises.signatures[0].over.size() == 2);
}

TEST_CASE("other editions promise what they have") {
  const inspect::Edition former = edition_of("profiles/prc-2017"), lab = edition_of("profiles/icao-td1"),
                         employees = edition_of("tests/profile/employee-card");
  CHECK(former.promises.bac);
  CHECK(former.promises.pace.empty());
  CHECK_FALSE(former.promises.chip_authentication);
  CHECK(former.promises.record_issued.has_value());
  REQUIRE(former.promises.signatures.size() == 1);
  CHECK(former.promises.signatures[0].kind == Promises::Signature::Kind::gmt_0010);
  CHECK(former.promises.signatures[0].over ==
        std::vector<std::pair<std::string, std::string>>{{"national", "TEXT"}, {"national", "PORTRAIT"}});
  CHECK(lab.promises.bac);
  CHECK_FALSE(lab.promises.record_number.has_value());  // the zone has it
  CHECK_FALSE(lab.promises.record_issued.has_value());  // and EF.DG12 this
  CHECK(lab.zone_head.size() == 5);
  CHECK(employees.zone_head.empty());
  CHECK_FALSE(employees.promises.bac);
  REQUIRE(employees.promises.record_number);
  CHECK(employees.promises.record_number->bytes == 8);
  CHECK(employees.promises.record_number->right);
}
