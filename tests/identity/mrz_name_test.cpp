#include "identity/mrz_name.hpp"

#include <doctest/doctest.h>

#include "bytes/error.hpp"
#include "support/vectors.hpp"

using namespace perso;
using namespace perso::identity;

TEST_CASE("MRZ names: the clauses' examples, by this project's way of truncation") {
  std::size_t fields = 0;
  for (const char* file : {"mrz-td1.vec", "mrz-td2.vec"}) {
    for (const auto& vector : test::load_vectors(file)) {
      if (!vector.has("name_field")) continue;
      CAPTURE(vector.name);
      const std::string& expected = vector.has("ours") ? vector.text("ours") : vector.text("name_field");
      const LatinName name{vector.text("viz_primary"), vector.text("viz_secondary")};
      CHECK(mrz_name_field(name, vector.text("name_field").size()) == expected);
      ++fields;
    }
  }
  CHECK(fields == 37);
}

TEST_CASE("MRZ names: uncut") {
  CHECK(mrz_name({"SMITH-JONES", "SUSIE MARGARET"}) == "SMITH<JONES<<SUSIE<MARGARET");
  CHECK(mrz_name({"O'CONNOR", ""}) == "OCONNOR");
  CHECK(mrz_name({std::string(60, 'A'), "B"}).size() == 63);
  CHECK_THROWS_AS(mrz_name({"", "ANNA"}), Error);
}

TEST_CASE(
    "MRZ names: any truncated field is full, ends with a letter, and shows each component from its start") {
  for (std::size_t components = 1; components <= 40; ++components) {
    for (std::size_t length = 1; length <= 40; length += 3) {
      CAPTURE(components);
      CAPTURE(length);
      LatinName name{std::string(length, 'P'), ""};
      for (std::size_t i = 0; i < components; ++i)
        name.secondary += (i == 0 ? "" : " ") + std::string(length, 'S');
      const std::string field = mrz_name_field(name, 30);
      CHECK(field.size() == 30);
      CHECK(field.find("<<S") != std::string::npos);
      const std::size_t whole = length + 2 + components * (length + 1) - 1;
      if (whole >= 30) CHECK(field.back() == 'S');
    }
  }
  CHECK(mrz_name_field({"A B C D E F G H I J K L M N O P Q R S T", ""}, 30) ==
        "A<B<C<D<E<F<G<H<I<J<K<L<M<N<O<");
  CHECK_THROWS_AS(mrz_name_field({"", "ANNA"}, 30), Error);
  CHECK_THROWS_AS(mrz_name_field({"Anna", ""}, 30), Error);
}
