// What closes a chip and what the master file gets, byte by byte, against a script.
#include <doctest/doctest.h>

#include "globalplatform_bench.hpp"

using namespace perso;
using namespace perso::test;
using chip::FileImage;
using iso7816::Aid;
using iso7816::Fid;
using iso7816::ShortFid;

TEST_CASE("a key is injected on its application, as a data grouping of its own") {
  const auto random = crypto::system_random();
  const auto key = crypto::EcPrivateKey::generate("secp256r1", *random);
  const crypto::PrivateKey injected = crypto::EcPrivateKey::from_pkcs8(key.pkcs8());
  const std::string scalar = to_hex(key.scalar().expose());
  struct Row {
    const char *algorithm, *reference;
  };
  for (const Row& row : {Row{"ecdsa-p256", "13"}, Row{"ecdh-p256", "23"}}) {
    Bench bench;
    bench.open();
    bench.script.expect("80E620000D000007A000000247100100000000", "009000")
        .expect(std::string("80E288002B"
                            "7F4828"
                            "840102"
                            "8001") +
                    row.reference + "9220" + scalar + "00",
                "9000")
        .expect(std::string("80E288002B"
                            "7F4828"
                            "840105"
                            "8001") +
                    row.reference + "9220" + scalar + "00",
                "6985");
    bench.driver.inject(application(), {2, row.algorithm, injected});
    const Error error = error_of([&] { bench.driver.inject(application(), {5, row.algorithm, injected}); });
    CHECK(error.code() == Code::command_refused);
    CHECK(error.status_word() == 0x6985);
  }
}

TEST_CASE("what opens the chip is one data grouping on the security domain") {
  using channel::Cipher;
  using channel::KeyAgreement;
  using channel::Mapping;
  const channel::AccessData zone = {channel::PrintedData{"L898902C0", "690806", "940623"}, ""},
                            number = {std::nullopt, "123456"}, both = {zone.printed, "123456"};
  const channel::PaceInfo pace[] = {
      {{KeyAgreement::ecdh, Mapping::generic, Cipher::aes_128}, 12},
      {{KeyAgreement::ecdh, Mapping::chip_authentication, Cipher::aes_128}, 13}};
  const std::string a1 = "A11E"
                         "5F1F094C3839383930324330"
                         "5F1806363930383036"
                         "5F1906393430363233",
                    can = "8206313233343536", bac = "8500",
                    first =
                        "A30F060A04007F000702020402028401"
                        "0C",
                    second =
                        "A30F060A04007F000702020406028401"
                        "0D";
  struct Row {
    chip::AccessControl access;
    std::string value;
  };
  for (const Row& row : {Row{{zone, true, {}}, a1 + bac}, Row{{number, false, {pace, 1}}, can + first},
                         Row{{both, true, pace}, a1 + can + bac + first + second}}) {
    Bench bench;
    bench.open();
    const auto length = [](std::size_t size) { return to_hex(Bytes{static_cast<std::uint8_t>(size)}); };
    const std::size_t size = row.value.size() / 2;
    bench.script.expect("80E28800" + length(size + 3) + "DF71" + length(size) + row.value + "00", "9000");
    bench.driver.set_access(row.access);
    CHECK(bench.end.opened == 1);
  }
}

TEST_CASE("the security domain takes the master file's data, until its channel passes on to an application") {
  const Bytes contents = {0xC0};
  const FileImage files[] = {{Fid{0x011C}, ShortFid{0x1C}, chip::ReadAccess::always, contents}};
  const FileImage others[] = {{Fid{0x0101}, std::nullopt, chip::ReadAccess::always, contents}};
  const std::string store =
                        "80E2880018620011620F8302011C8002000188011C8C0201"
                        "00011C01C000",
                    store_other =
                        "80E288001562000E620C83020101800200018C02010001"
                        "0101C000",
                    install_for = "80E620000D000007A000000247100100000000";
  const Aid master = Aid::master_file();
  Bench bench;
  bench.open();
  bench.driver.install(master);  // it is there
  bench.script.expect(store, "9000");
  bench.driver.write(master, files);
  CHECK(bench.end.opened == 1);
  bench.script.expect(install_for, "009000").expect(store_other, "9000").expect(store, "9000");
  bench.driver.write(application(), others);
  bench.driver.write(master, files);
  CHECK(bench.end.opened == 2);
  bench.script.expect(install_for, "009000").expect(store_other, "9000");
  bench.driver.write(application(), others);
  CHECK(bench.end.opened == 2);

  // It is selected with the security domain.
  bench.script.expect(select_isd_again, "9000").expect("00B09C0001", "C09000");
  CHECK(bench.driver.read_back(master, Fid{0x011C}, 1) == contents);
  bench.script.expect("80E620000E000008A00000015100000000000000", "6985");
  bench.driver.prove_locked(master, &bench.transport);
}
