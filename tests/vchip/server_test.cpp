#include <algorithm>
#include <atomic>
#include <cstdio>

#include "bytes/error.hpp"
#include "server_bench.hpp"

namespace perso::vchip {
namespace {

const std::string cplc = "80CA9F7F00";

TEST_CASE("server: speaks vpcd") {
  Readers readers;
  FakeReader& reader = *readers.first;
  Served served(FeedMode::hold, 2, reader.port());
  CHECK_FALSE(reader.accept(200ms));  // nothing moves by itself
  CHECK(served.command("insert 0 card-0.chip") == "ok");
  REQUIRE(reader.insert());
  CHECK(reader.transmit(cplc).substr(0, 6) == "9F7F2A");
  reader.control(2);
  CHECK(reader.transmit("00A4040000").substr(0, 4) == "6F14");
  reader.control(0);
  reader.control(4);  // pcscd polls a card without power too
  CHECK(reader.receive().substr(0, 2) == "3B");
  reader.control(1);
  CHECK(reader.transmit(cplc).size() == 94);
  reader.control(77);  // no control byte
  reader.send({});     // no message
  reader.raw(from_hex("00"));
  std::this_thread::sleep_for(20ms);  // a length that comes in two parts
  reader.raw(from_hex("0580CA9F7F00"));
  CHECK(reader.receive().size() == 94);
  Bytes two;
  for (int i = 0; i < 2; ++i) append(two, from_hex("000580CA9F7F00"));  // two messages in one part
  reader.raw(two);
  CHECK(reader.receive().size() == 94);
  CHECK(reader.receive().size() == 94);
  reader.send(Bytes(65535, 0x00));  // the longest there is
  CHECK(reader.receive() == "6700");
  CHECK(served.command("list") == "ok slot 0: card-0.chip blank on; slot 1: -; stack: 1; out: 0");
}

TEST_CASE("server: chips of both platforms, as their files say, power cycles and all") {
  Readers readers;
  Served served(FeedMode::hold, 1, readers.first->port());
  Chip::make_file(test::blank_passport(), served.dir / "stack" / "passport.chip");
  CHECK(served.command("insert 0 card-0.chip") == "ok");
  CHECK(served.command("insert 1 passport.chip") == "ok");
  REQUIRE(readers.first->insert());
  FakeReader& reader = *readers.second;
  REQUIRE(reader.insert());
  CHECK(readers.first->transmit(test::select_passport) == "6A82");
  CHECK(reader.transmit(cplc).substr(0, 6) == "9F7F2A");
  CHECK(reader.transmit(test::select_passport) == "9000");
  CHECK(reader.transmit(test::create_file("011E", 20)) == "9000");
  reader.control(2);  // a reset
  CHECK(reader.transmit(test::select_file("011E")) == "6A82");
  reader.control(0);
  reader.control(4);  // pcscd polls a card without power too
  CHECK(reader.receive() == to_hex(default_atr(Platform::iso7816)));
  reader.control(1);
  CHECK(reader.transmit(test::select_passport) == "9000");
  CHECK(reader.transmit(test::select_file("011E")) == "9000");
  CHECK(reader.transmit(test::put_access()) == "9000");
  CHECK(reader.transmit(test::lock_chip) == "9000");
  CHECK(served.command("list") ==
        "ok slot 0: card-0.chip blank on; slot 1: passport.chip issued on; stack: 0; out: 0");
}

TEST_CASE("server: no delayed acknowledgement slows commands down") {
  Readers readers;
  FakeReader& reader = *readers.first;
  Served served(FeedMode::hold, 1, reader.port());
  served.command("insert 0 card-0.chip");
  REQUIRE(reader.insert());
  const auto begin = std::chrono::steady_clock::now();
  for (int i = 0; i < 100; ++i) REQUIRE(reader.transmit(cplc).size() == 94);
  const auto took = std::chrono::steady_clock::now() - begin;
  MESSAGE("microseconds a command: " << took / 100us);
  CHECK(took < 2s);  // 4.4 s with it
}

TEST_CASE("server: feeds cards, each taken out after it was used and powered off") {
  Readers readers;
  FakeReader& reader = *readers.first;
  Served served(FeedMode::feed, 3, reader.port(), 1);
  for (int card = 0; card < 3; ++card) {
    const std::string name = "card-" + std::to_string(card) + ".chip";
    CAPTURE(card);
    REQUIRE(reader.insert());
    reader.control(0);  // pcscd switches a card off that nobody uses: it stays
    CHECK_FALSE(reader.gone(250ms));
    CHECK(served.has("slot-0/" + name));
    reader.control(1);
    CHECK(reader.transmit(cplc).size() == 94);
    reader.control(0);
    std::this_thread::sleep_for(20ms);
    reader.control(1);  // back within the grace: it stays
    CHECK_FALSE(reader.gone(250ms));
    CHECK(reader.transmit(cplc).size() == 94);
    reader.control(0);
    CHECK(reader.gone(1s));
    CHECK(served.has("out/" + name));
    CHECK_FALSE(served.has("slot-0/" + name));
  }
  CHECK_FALSE(reader.accept(700ms));
  Chip::make_file(test::blank_chip(), served.dir / "stack" / "card-0.chip");
  REQUIRE(reader.insert());
  CHECK(served.command("remove 0") == "ok");
  CHECK(served.has("out/card-0.chip"));  // the first of this name is not replaced
  CHECK(served.has("out/card-0-2.chip"));
}

TEST_CASE("server: two slots draw from one stack") {
  Readers readers;
  Served served(FeedMode::feed, 2, readers.first->port());
  REQUIRE(readers.first->insert());
  REQUIRE(readers.second->insert());
  CHECK(readers.first->transmit(cplc).size() == 94);
  CHECK(readers.second->transmit(cplc).size() == 94);
  const std::string list = served.command("list");
  CHECK(list.find("card-0.chip") != std::string::npos);
  CHECK(list.find("card-1.chip") != std::string::npos);
}

TEST_CASE("server: a reader that goes away and comes back finds the card without power") {
  auto reader = std::make_unique<FakeReader>();
  const std::uint16_t port = reader->port();
  Served served(FeedMode::feed, 1, port, 1);
  REQUIRE(reader->insert());
  CHECK(reader->transmit("80500000085A5B5C5D5E5F606100").size() == 68);
  reader.reset();
  std::this_thread::sleep_for(100ms);
  reader = std::make_unique<FakeReader>(port);
  REQUIRE(reader->bound());
  REQUIRE(reader->insert());
  CHECK(reader->transmit("8482330010" + test::pattern(16)) == "6985");
  served.stop();
  CHECK(served.has("slot-0/card-0.chip"));  // and it stays in its slot when the server stops
  CHECK_FALSE(served.has("control"));
  served.start();
  CHECK(reader->gone());
  REQUIRE(reader->insert());
}

TEST_CASE("server: tears, stalls, removals") {
  Readers readers;
  FakeReader& reader = *readers.first;
  Served served(FeedMode::hold, 2, reader.port());
  const auto insert = [&] {
    REQUIRE(served.command("insert 0 card-0.chip") == "ok");
    REQUIRE(reader.insert());
  };
  insert();
  CHECK(served.command("tear 0 after 2 commands") == "ok");
  CHECK(reader.transmit(cplc).size() == 94);
  CHECK(reader.transmit(cplc).size() == 94);
  CHECK(reader.transmit(cplc) == "gone");
  reader.drop();
  CHECK(served.has("out/card-0.chip"));

  insert();
  CHECK(served.command("tear 0 at 3 bytes") == "ok");
  CHECK(reader.transmit(cplc).size() == 94);  // writes nothing
  const std::uintmax_t before = fs::file_size(served.dir / "slot-0" / "card-0.chip");
  CHECK(reader.transmit("80500000085A5B5C5D5E5F606100").size() == 68);
  CHECK(reader.transmit("8482330010" + test::pattern(16)) == "gone");
  reader.drop();
  CHECK(fs::file_size(served.dir / "out" / "card-0.chip") == before + 3);

  insert();
  CHECK(reader.transmit(cplc).size() == 94);
  CHECK(served.command("stall 0") == "ok");
  CHECK(served.command("list").find("card-0.chip blank stalled") != std::string::npos);
  reader.send(from_hex(cplc));
  CHECK(reader.receive(300ms) == "silence");
  CHECK(served.command("remove 0") == "ok");
  CHECK(reader.receive() == "gone");
  reader.drop();

  insert();
  reader.control(0);
  CHECK(reader.transmit(cplc) == "gone");  // a command without power: nothing can come back
  reader.drop();
}

TEST_CASE("server: control lines that are refused") {
  Readers readers;
  Served served(FeedMode::hold, 2, readers.first->port());
  fs::create_directories(served.dir / "elsewhere");
  Chip::make_file(test::blank_chip(), served.dir / "elsewhere" / "other.chip");
  const char* refused[] = {
      "",
      "help",
      "insert",
      "insert 0",
      "insert 2 card-0.chip",
      "insert -1 card-0.chip",
      "insert 0x card-0.chip",
      "insert 0 none.chip",
      "insert 0 ../elsewhere/other.chip",
      "insert 0 /etc/passwd",
      "insert 0 card-0.chip twice",
      "remove",
      "remove 0",
      "remove 7",
      "tear 0 after 1 commands",
      "tear 0 after one commands",
      "tear 0 at 99999999999999999999 bytes",
      "tear 0 at 2000000000 bytes",
      "tear 0 in 1 bytes",
      "stall 0",
      "stall",
      "list 0",
      "18446744073709551616",
  };
  for (const std::string line : refused) {
    CAPTURE(line);
    CHECK(served.command(line).substr(0, 6) == "error ");
  }
  CHECK(served.command(std::string(1000, 'x')).empty());  // left without an answer
  CHECK(served.command("insert 0 card-0.chip") == "ok");
  CHECK(served.command("insert 0 card-1.chip") == "error the slot is not empty");
  CHECK(served.command("insert 1 card-1.chip") == "ok");
}

TEST_CASE("server: a file that is no chip is put aside") {
  Readers readers;
  Served served(FeedMode::hold, 1, readers.first->port(), 1);
  std::fclose(std::fopen((served.dir / "stack" / "a.chip").c_str(), "w"));
  CHECK(served.command("insert 0 a.chip") == "error not a chip");
  CHECK(served.has("out/a.chip"));
  fs::rename(served.dir / "stack" / "card-0.chip",
             served.dir / "slot-0" / "card-0.chip");  // a hand puts one in
  CHECK(readers.first->insert());
}

TEST_CASE("server: what it cannot serve") {
  Readers readers;
  Served served(FeedMode::hold, 0, readers.first->port());
  const auto random = crypto::system_random();
  const int stop = ::eventfd(1, EFD_CLOEXEC);
  CHECK_THROWS_AS(serve(served.config, *random, stop), Error);  // another server works on the folder
  ServerConfig config = served.config;
  config.dir = served.dir / "other";
  for (const unsigned slots : {0u, 65u}) {
    config.slots = slots;
    CHECK_THROWS_AS(serve(config, *random, stop), Error);
  }
  config.slots = 1;
  config.dir = served.dir / std::string(120, 'd');
  CHECK_THROWS_AS(serve(config, *random, stop), Error);  // too long for a unix socket
  config.dir = served.dir / "other";
  CHECK_NOTHROW(serve(config, *random, stop));
  ::close(stop);
}

TEST_CASE("server: timing is passed to the sleeper, command by command") {
  FakeReader reader;
  Served served(FeedMode::hold, 1, reader.port(), 1);
  served.stop();
  std::atomic<std::int64_t> slept = 0;
  served.config.timing.command = 5ms;
  served.config.sleep = [&](std::chrono::nanoseconds time) { slept += time.count(); };
  served.start();
  served.command("insert 0 card-0.chip");
  REQUIRE(reader.insert());
  for (int i = 0; i < 3; ++i) CHECK(reader.transmit(cplc).size() == 94);
  CHECK(slept == 15'000'000);
  served.stop();
}

TEST_CASE("server: a card that stops answering after so many commands") {
  FakeReader reader;
  Served served(FeedMode::hold, 1, reader.port(), 1);
  served.stop();
  served.config.stalls_after = 2;
  served.start();
  served.command("insert 0 card-0.chip");
  REQUIRE(reader.insert());
  for (int i = 0; i < 2; ++i) CHECK(reader.transmit(cplc).size() == 94);
  reader.send(from_hex(cplc));
  const auto stalled = [&] { return served.command("list").find("stalled") != std::string::npos; };
  for (int i = 0; i < 300 && !stalled(); ++i) std::this_thread::sleep_for(10ms);
  CHECK(stalled());
  CHECK(served.command("remove 0") == "ok");
  served.stop();
}

}  // namespace
}  // namespace perso::vchip
