#include "readiness.hpp"

#include <algorithm>
#include <set>

#include "bytes/error.hpp"
#include "crypto/path.hpp"
#include "plan/signers.hpp"

namespace perso::station {

namespace {

std::string remedy(Code code, const WriterConfig& writer) {
  switch (code) {
    case Code::stack_absent:
      return "no pcscd answers: start it with 'systemctl start pcscd.socket', or 'pcscd' where there is no "
             "systemd";
    case Code::reader_absent:
      return "no reader '" + writer.reader + "' for " + writer.name +
             ": plug it in, or name another in station.yaml ('perso doctor' lists those that are there)";
    case Code::reader_stuck:
      return "reader '" + writer.reader + "' of " + writer.name +
             " does not answer: unplug it and plug it in again, then start pcscd again";
    default:
      return "reader '" + writer.reader + "' of " + writer.name +
             " failed: try another port or cable; pcscd's log says more";
  }
}

}  // namespace

void require_reader(const Program& program, const WriterConfig& writer, const pcsc::Deadlines& deadlines) {
  try {
    pcsc::Writer probe(writer.reader, program.worker_command(writer.reader), deadlines);
    probe.wait_for_card(std::chrono::milliseconds::zero());
  } catch (const Error& error) {
    throw Error(error.code(), remedy(error.code(), writer));
  }
}

void require_signers(const profile::Profile& profile, const keys::KeySet& keys, Instant now) {
  plan::require_able_signers(
      profile, [&](const std::string& name) -> const keys::Signer& { return keys.signer(name); });
  std::set<std::string> names;
  for (const plan::Signature& signature : plan::signatures_of(profile)) names.insert(signature.signer);
  for (const std::string& name : names) {
    const crypto::Certificate& certificate = keys.signer(name).certificate();
    if (now < certificate.not_before())
      throw Error(Code::key_missing, "the signer " + name + " may not be used before " +
                                         to_text(certificate.not_before()) +
                                         ": set the clock, or wait for that day");
    const Instant end =
        std::min(certificate.not_after(), certificate.private_key_not_after().value_or(Instant::max()));
    if (end < now)
      throw Error(Code::key_missing,
                  "the signer " + name + " may not be used after " + to_text(end) + ": renew the key set");
    if (const auto fault = crypto::check_path(certificate, keys.trust_anchors(), keys.revocations(), now))
      throw Error(Code::key_missing, "nobody would believe the signer " + name + ", as " +
                                         std::string(crypto::text_of(*fault)) + ": renew the key set");
  }
}

ledger::VerifyResult require_whole(const ledger::Ledger& ledger) {
  ledger::VerifyResult result = ledger.verify();
  if (result.first_failure)
    throw Error(Code::ledger_damaged,
                *result.first_failure + "; keep the files as they are and find out who changed them");
  return result;
}

}  // namespace perso::station
