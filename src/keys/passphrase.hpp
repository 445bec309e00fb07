// What a passphrase turns into. Not for other layers.
#pragma once

#include "crypto/pkcs8.hpp"

namespace perso::keys {

/// The passphrase of a set is stretched once (crypto::stretch, 96 bytes under the set's salt), for all of its
/// files. The first 32 bytes are what any PBES2 implementation stretches for the PKCS#8 files.
struct PassphraseKeys {
  Secret signing;  // opens NAME.p8
  Secret masters;  // opens NAME.key
  Bytes check;     // 3 bytes, stand in key-set.yaml: they tell a wrong passphrase from a damaged file

  PassphraseKeys(const Secret& passphrase, ByteView salt) {
    const Secret stretched = crypto::stretch(passphrase, salt, 96);
    const ByteView bytes = stretched.expose();
    signing = Secret::copy_of(bytes.first(32));
    masters = Secret::copy_of(bytes.subspan(32, 32));
    check.assign(bytes.begin() + 64, bytes.begin() + 67);
  }
};

/// What a sealed master key is bound to: its name, and every byte of the set's description.
inline Bytes binding(std::string_view name, ByteView description) {
  return concat({as_bytes(name), Bytes{0}, crypto::digest(crypto::Hash::sha256, description)});
}

}  // namespace perso::keys
