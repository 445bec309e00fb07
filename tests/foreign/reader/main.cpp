// Reads a card through PC/SC with OpenPACE, and prints each file in hexadecimal:
//   openpace_reader READER can|zone SECRET [PROTOCOL]
// SECRET is the card access number; or number, birth and expiry of the machine readable zone, each with its
// check digit. PROTOCOL is dotted, with secp256r1; without it the terminal takes the first of EF.CardAccess
// that it knows.
#include <winscard.h>

#include <cstdio>
#include <cstring>

#include "../openpace_terminal.hpp"

namespace {

using namespace perso;
using namespace perso::test::openpace;

constexpr int secp256r1 = 12;
constexpr std::uint16_t card_access = 0x011C, card_security = 0x011D, data_group_14 = 0x010E;
constexpr const char* emrtd = "A0000002471001";

struct File {
  const char* name;
  std::uint16_t fid;
};
constexpr File files[] = {{"EF.COM", 0x011E},  {"EF.DG1", 0x0101},  {"EF.DG2", 0x0102},  {"EF.DG11", 0x010B},
                          {"EF.DG12", 0x010C}, {"EF.DG14", 0x010E}, {"EF.DG15", 0x010F}, {"EF.SOD", 0x011D}};

/// A connection to the card in a reader.
class Connection {
 public:
  explicit Connection(const char* reader) {
    DWORD protocol = 0;
    check(SCardEstablishContext(SCARD_SCOPE_SYSTEM, nullptr, nullptr, &context_), "SCardEstablishContext");
    check(SCardConnect(context_, reader, SCARD_SHARE_EXCLUSIVE, SCARD_PROTOCOL_T1, &card_, &protocol),
          "SCardConnect");
  }
  ~Connection() {
    SCardDisconnect(card_, SCARD_RESET_CARD);
    SCardReleaseContext(context_);
  }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  Bytes transmit(ByteView command) {
    Bytes answer(MAX_BUFFER_SIZE_EXTENDED);
    DWORD size = answer.size();
    check(SCardTransmit(card_, SCARD_PCI_T1, command.data(), command.size(), nullptr, answer.data(), &size),
          "SCardTransmit");
    answer.resize(size);
    return answer;
  }

 private:
  static void check(LONG result, const char* step) { require(result == SCARD_S_SUCCESS, step); }
  SCARDCONTEXT context_ = 0;
  SCARDHANDLE card_ = 0;
};

void print(const char* name, const std::string& value) {
  std::printf("%s %s\n", name, value.c_str());
}

void read_all(Terminal& terminal, const std::string& kind, const std::string& secret, const char* protocol) {
  terminal.select_master_file();
  const Bytes access = terminal.read(card_access).value();
  print("EF.CardAccess", to_hex(access));
  const Password reference = kind == "can" ? Password::access_number : Password::zone;
  const Secret password = kind == "can" ? number_secret(secret) : information_secret(secret);
  if (protocol == nullptr) {
    print("PACE", terminal.pace(access, reference, *password));
  } else {
    terminal.pace(protocol, secp256r1, reference, *password);
    print("PACE", protocol);
  }
  print("EF.CardSecurity", to_hex(terminal.read(card_security).value()));
  terminal.select_application(from_hex(emrtd));
  print("chip-authentication", terminal.authenticate_chip(terminal.read(data_group_14).value()));
  if (protocol != nullptr && is_chip_authentication_mapping(protocol))
    print("mapping", terminal.proven_by(terminal.chip_key()) ? "proven" : "not proven");
  for (const File& file : files)
    if (const auto contents = terminal.read(file.fid)) print(file.name, to_hex(*contents));
}

}  // namespace

int main(int count, char** arguments) {
  if (count < 4) {
    std::fprintf(stderr, "openpace_reader READER can|zone SECRET [PROTOCOL]\n");
    return 2;
  }
  try {
    Connection card(arguments[1]);
    Terminal terminal([&card](ByteView command) { return card.transmit(command); });
    read_all(terminal, arguments[2], arguments[3], count > 4 ? arguments[4] : nullptr);
  } catch (const std::exception& failure) {
    std::fprintf(stderr, "openpace_reader: %s\n", failure.what());
    return 1;
  }
  return 0;
}
