// Put in front of pcsc-lite (LD_PRELOAD), this makes every reader say that it takes short commands alone:
// PC/SC part 10, feature 12 (GET_TLV_PROPERTIES), property 0A (dwMaxAPDUDataSize) with 255.
#include <PCSC/reader.h>
#include <PCSC/winscard.h>
#include <string.h>

extern "C" LONG SCardControl(SCARDHANDLE, DWORD code, LPCVOID, DWORD, LPVOID answer, DWORD room,
                             LPDWORD size) {
  static const unsigned char features[] = {0x12, 0x04, 0x42, 0x33, 0x00, 0x12};
  static const unsigned char properties[] = {0x0A, 0x04, 0xFF, 0x00, 0x00, 0x00};
  static_assert(sizeof features == sizeof properties);
  if (room < sizeof features) return SCARD_E_INSUFFICIENT_BUFFER;
  memcpy(answer, code == CM_IOCTL_GET_FEATURE_REQUEST ? features : properties, sizeof features);
  *size = sizeof features;
  return SCARD_S_SUCCESS;
}
