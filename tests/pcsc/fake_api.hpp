// pcsc-lite in a test: one reader with a card that answers 9000, and any call made to fail with any code.
#pragma once

#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <string>
#include <thread>
#include <vector>

#include "pcsc/api.hpp"

namespace perso::test {

class FakeApi final : public pcsc::Api {
 public:
  std::map<std::string, LONG> fails;  // call -> what it returns
  std::vector<std::string> calls;     // that were made
  std::vector<DWORD> states{
      0x00010022};         // what looks at the reader see, one after the other; the last one stays
  DWORD disposition = 99;  // of the last disconnect
  Bytes answer{0x90, 0x00};
  Bytes command;
  std::map<DWORD, Bytes> controls;  // code -> what the driver answers
  int contexts = 0;                 // open ones
  int handles = 0;

  LONG establish_context(SCARDCONTEXT& context) override {
    context = 7;
    return done("SCardEstablishContext", [&] { contexts += 1; });
  }
  LONG release_context(SCARDCONTEXT) override {
    return done("SCardReleaseContext", [&] { contexts -= 1; });
  }
  LONG list_readers(SCARDCONTEXT, std::string& names) override {
    names = std::string("Reader A\0Reader B\0\0", 19);
    return done("SCardListReaders", [] {});
  }
  LONG get_status_change(SCARDCONTEXT, DWORD timeout_ms, SCARD_READERSTATE& state) override {
    if (timeout_ms > 0 && states.front() == state.dwCurrentState &&
        states.size() == 1) {  // nothing will happen
      timeouts.push_back(timeout_ms);
      std::this_thread::sleep_for(std::chrono::milliseconds(timeout_ms));
      return SCARD_E_TIMEOUT;
    }
    return done("SCardGetStatusChange", [&] {
      timeouts.push_back(timeout_ms);
      state.dwEventState = states.front();
      state.cbAtr = 2;
      state.rgbAtr[0] = 0x3B;
      state.rgbAtr[1] = 0x00;
      if (states.size() > 1) states.erase(states.begin());
    });
  }
  LONG connect(SCARDCONTEXT, const std::string&, SCARDHANDLE& card, DWORD& protocol) override {
    card = 9;
    protocol = SCARD_PROTOCOL_T1;
    return done("SCardConnect", [&] { handles += 1; });
  }
  LONG connect_direct(SCARDCONTEXT, const std::string&, SCARDHANDLE& card) override {
    card = 9;
    return done("SCardConnect", [&] { handles += 1; });
  }
  LONG control(SCARDHANDLE, DWORD code, Bytes& said) override {
    said.clear();
    const auto found = controls.find(code);
    if (found == controls.end()) return SCARD_E_UNSUPPORTED_FEATURE;
    return done("SCardControl", [&] { said = found->second; });
  }
  LONG disconnect(SCARDHANDLE, DWORD how) override {
    handles -= 1;
    disposition = how;
    return done("SCardDisconnect", [] {});
  }
  LONG begin_transaction(SCARDHANDLE) override {
    return done("SCardBeginTransaction", [] {});
  }
  LONG status(SCARDHANDLE, Bytes& atr) override {
    atr = {0x3B, 0x00};
    return done("SCardStatus", [] {});
  }
  LONG transmit(SCARDHANDLE, DWORD, ByteView sent, std::uint8_t* room, DWORD& size) override {
    command.assign(sent.begin(), sent.end());
    return done("SCardTransmit", [&] {
      CHECK(size == 65538);
      std::copy(answer.begin(), answer.end(), room);
      size = answer.size();
    });
  }

  std::vector<DWORD> timeouts;  // of looks at the reader

 private:
  template <typename Effect>
  LONG done(const std::string& call, Effect effect) {
    calls.push_back(call);
    if (const auto found = fails.find(call); found != fails.end()) return found->second;
    effect();
    return SCARD_S_SUCCESS;
  }
};

}  // namespace perso::test
