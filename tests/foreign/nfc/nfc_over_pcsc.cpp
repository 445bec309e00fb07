// As much of libnfc as mrtdreader calls, over PC/SC, to be put in its place with LD_PRELOAD. The reader's
// name comes in the environment variable NFC_OVER_PCSC. Declared as libnfc 1.8 does.
#include <winscard.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>

struct nfc_context {
  SCARDCONTEXT pcsc;
};
struct nfc_device {
  SCARDHANDLE card;
};
struct nfc_modulation {
  int type, baud_rate;
};
struct nfc_target;
using nfc_connstring = char[1024];

namespace {

constexpr int nfc_success = 0, nfc_io_error = -1;
nfc_context context;
nfc_device device;

const char* reader() {
  const char* name = std::getenv("NFC_OVER_PCSC");
  return name == nullptr ? "" : name;
}

}  // namespace

extern "C" {

void nfc_init(nfc_context** out) {
  const bool there =
      SCardEstablishContext(SCARD_SCOPE_SYSTEM, nullptr, nullptr, &context.pcsc) == SCARD_S_SUCCESS;
  *out = there ? &context : nullptr;
}

void nfc_exit(nfc_context*) {
  SCardReleaseContext(context.pcsc);
}

std::size_t nfc_list_devices(nfc_context*, nfc_connstring devices[], std::size_t room) {
  if (room == 0) return 0;
  std::snprintf(devices[0], sizeof(nfc_connstring), "%s", reader());
  return 1;
}

nfc_device* nfc_open(nfc_context*, const char*) {
  DWORD protocol = 0;
  const LONG result =
      SCardConnect(context.pcsc, reader(), SCARD_SHARE_EXCLUSIVE, SCARD_PROTOCOL_T1, &device.card, &protocol);
  return result == SCARD_S_SUCCESS ? &device : nullptr;
}

void nfc_close(nfc_device*) {
  SCardDisconnect(device.card, SCARD_RESET_CARD);
}

int nfc_initiator_init(nfc_device*) {
  return nfc_success;
}

int nfc_device_set_property_bool(nfc_device*, int, bool) {
  return nfc_success;
}

const char* nfc_device_get_name(nfc_device*) {
  return reader();
}

int nfc_initiator_select_passive_target(nfc_device*, nfc_modulation, const std::uint8_t*, std::size_t,
                                        nfc_target*) {
  return 1;  // found: the reader has its card
}

int nfc_initiator_transceive_bytes(nfc_device*, const std::uint8_t* command, std::size_t size,
                                   std::uint8_t* answer, std::size_t room, int) {
  DWORD received = room;
  const LONG result = SCardTransmit(device.card, SCARD_PCI_T1, command, size, nullptr, answer, &received);
  return result == SCARD_S_SUCCESS ? static_cast<int>(received) : nfc_io_error;
}

void nfc_perror(const nfc_device*, const char* step) {
  std::fprintf(stderr, "%s\n", step);
}

}  // extern "C"
