#include "samples/samples.hpp"

#include <algorithm>
#include <array>

#include "bytes/error.hpp"
#include "plan/batch.hpp"

namespace perso::samples {

namespace {

using inspect::Trust;
using inspect::Verdict;
using std::chrono::days;

constexpr std::string_view new_edition = "prc-2023", current_edition = "prc-2017";
constexpr days today{0}, years_ago{-3 * 365}, decade_ago{-11 * 365}, next_month{30};

constexpr std::array samples = {
    Sample{"valid-2023", new_edition, "a good card of the new edition", today, Treatment::none,
           Manner::prompt, Verdict::genuine, Trust::specimen},
    Sample{"valid-2017", current_edition, "a good card of the current edition", years_ago, Treatment::none,
           Manner::prompt, Verdict::genuine, Trust::specimen},
    Sample{"expired", new_edition, "its last day is over", decade_ago, Treatment::none, Manner::prompt,
           Verdict::expired, Trust::specimen},
    Sample{"not-yet-valid", new_edition, "its day of issue is to come", next_month, Treatment::none,
           Manner::prompt, Verdict::not_yet_valid, Trust::specimen},
    Sample{"number-x", new_edition, "a number whose last character is X", today, Treatment::none,
           Manner::prompt, Verdict::genuine, Trust::specimen},
    Sample{"changed-nationality", new_edition,
           "replaces a card; its holder has another nationality than the number says", today, Treatment::none,
           Manner::prompt, Verdict::genuine, Trust::specimen},
    Sample{"altered-data-group", new_edition, "EF.DG1 names another holder than was signed", today,
           Treatment::altered_data_group, Manner::prompt, Verdict::altered, Trust::specimen},
    Sample{"revoked-signer", new_edition, "its document signer was revoked", today, Treatment::revoked_signer,
           Manner::prompt, Verdict::revoked, Trust::specimen},
    Sample{"unknown-signer", new_edition, "its document signer leads to nobody who is believed", today,
           Treatment::unknown_signer, Manner::prompt, Verdict::not_trusted, Trust::unknown},
    Sample{"wrong-digest", new_edition, "EF.SOD has a digest that is not that of EF.DG2", today,
           Treatment::wrong_digest, Manner::prompt, Verdict::altered, Trust::specimen},
    Sample{"downgraded-access", new_edition, "EF.CardAccess keeps back the strongest way in", today,
           Treatment::downgraded_access, Manner::prompt, Verdict::altered, Trust::specimen},
    Sample{"cloned-chip", new_edition, "the chip has not the key of active authentication", today,
           Treatment::cloned_chip, Manner::prompt, Verdict::cloned, Trust::specimen},
    Sample{"stops-answering", new_edition, "the chip stops answering while it is read", today,
           Treatment::none, Manner::stops, Verdict::unreadable, Trust::unknown},
    Sample{"slow", new_edition, "the chip answers slowly", today, Treatment::none, Manner::slow,
           Verdict::genuine, Trust::specimen},
};

}  // namespace

std::span<const Sample> all() {
  return samples;
}

const Sample* find(std::string_view name) {
  const auto found = std::ranges::find(samples, name, &Sample::name);
  return found == samples.end() ? nullptr : &*found;
}

plan::Order order_of(const Sample& sample, const profile::Profile& edition, Random& random, Instant now) {
  const std::filesystem::path kit = edition.file.parent_path() / "sample" / "kit.csv";
  std::optional<plan::Order> found;
  plan::read_batch(kit, {edition, now + sample.issued, random}, [&](plan::Order&& order) {
    if (order.id == sample.name) found = std::move(order);
  });
  if (!found)
    throw Error(Code::order_invalid,
                kit.string() + " has no order '" + std::string(sample.name) + "': add it");
  return std::move(*found);
}

}  // namespace perso::samples
