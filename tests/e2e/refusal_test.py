"""Bad input of every kind: one clear line with its code, the right exit code, and nothing done."""

import json
import os
import shutil
import socket
import sqlite3
import struct
import tempfile
import threading
import time
import unittest
from pathlib import Path

from station import FIRST_PORT, PROFILE, READERS, SAMPLE, ChipFile, Station, await_empty, await_that, main, run, sample_orders


class Refusals(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        """One station for all tests that leave it as it was."""
        cls.shared = cls("runTest")
        cls.station = Station(cls.shared)
        cls.station.import_sample()

    @classmethod
    def tearDownClass(cls):
        cls.shared.doCleanups()

    def runTest(self):
        pass

    def refused(self, code, exit_code, *arguments, station=None, lines=1, says="", **options):
        """The command ends with this code, on so many lines of standard error alone."""
        done = (station or self.station).perso(*arguments, **options)
        self.assertEqual(done.returncode, exit_code, done.stdout + done.stderr)
        errors = done.stderr.splitlines()
        self.assertEqual(len(errors), lines, done.stderr)
        self.assertTrue(errors[0].startswith(f"perso: {code}: "), done.stderr)
        self.assertIn(says, done.stderr)
        return done

    def what_was_done(self, station):
        """Every event but the openings and the refusals, and where each order stands."""
        events = [event for event in station.events() if event["kind"] not in ("opened", "refused")]
        return events, [(order["order"], order["state"]) for order in station.json_lines("orders", "list")]

    def undone(self, station=None):
        """To be used as `with`: nothing was done inside."""
        return Undone(self, station or self.station)

    # Profiles.

    def profile_with(self, old, new):
        folder = Path(self.enterContext(tempfile.TemporaryDirectory(prefix="perso-e2e-"))) / PROFILE.name
        folder.mkdir()
        text = (PROFILE / "profile.yaml").read_text(encoding="utf-8")
        self.assertEqual(text.count(old), 1, old)
        (folder / "profile.yaml").write_text(text.replace(old, new), encoding="utf-8")
        line = text[: text.index(old)].count("\n") + 1
        return folder, f"profile.yaml:{line}:"

    def test_profile_of_broken_yaml(self):
        folder, _ = self.profile_with("profile: prc-2023", "profile: [prc-2023")
        self.refused("profile-invalid", 3, "profile", "check", folder, says="profile.yaml:")

    def test_profile_with_an_unknown_key(self):
        folder, place = self.profile_with("profile: prc-2023", "profil: prc-2023")
        # two faults: one key is unknown, and one is missing
        self.refused("profile-invalid", 3, "profile", "check", folder, lines=2, says=place)
        folder, place = self.profile_with("  memory: 96 KiB", "  memory: 96 KiB\n  colour: blue")
        done = self.refused("profile-invalid", 3, "profile", "check", folder, says="colour")
        self.assertIn(f"profile.yaml:{int(place.split(':')[1]) + 1}:3", done.stderr)

    def test_station_of_broken_yaml_and_with_an_unknown_key(self):
        file = self.station.home / "station.yaml"
        good = file.read_text()
        self.addCleanup(file.write_text, good)
        for text in (good.replace("writers:", "writers: ["), good + "colour: blue\n"):
            file.write_text(text)
            self.refused("config-invalid", 3, "run", says="station.yaml:")

    # Orders.

    def refused_batch(self, code, says, change=None, portrait=None):
        """The sample with its third order changed is not taken, nor is any other of its orders."""
        station = Station(self)
        orders = sample_orders()
        orders[2].update(change or {}, portrait="own.jpg")
        batch = station.write_batch("bad", orders)
        (batch.parent / "own.jpg").write_bytes(portrait or (SAMPLE / "03.jpg").read_bytes())
        with self.undone(station):
            self.refused(code, 3, "orders", "import", batch, station=station, says=says)

    def test_order_with_a_wrong_check_character(self):
        self.refused_batch("order-invalid", "orders.csv row 4 (SAMPLE-0003), field number", {"number": "931276197912050351"})

    def test_order_whose_birth_date_contradicts_the_number(self):
        self.refused_batch("order-invalid", "orders.csv row 4 (SAMPLE-0003), field number", {"birth_date": "1979-12-06"})

    def test_truncated_portrait(self):
        whole = (SAMPLE / "03.jpg").read_bytes()
        half = whole[: len(whole) // 2]
        self.refused_batch("portrait-invalid", "orders.csv row 4 (SAMPLE-0003), field portrait", portrait=half)

    def test_portrait_of_a_hundred_megapixels(self):
        picture = bytearray((SAMPLE / "03.jpg").read_bytes())
        frame = next(at for at in range(len(picture)) if picture[at] == 0xFF and picture[at + 1] in (0xC0, 0xC2))
        picture[frame + 5 : frame + 9] = struct.pack(">HH", 10_000, 10_000)
        self.refused_batch("portrait-invalid", "orders.csv row 4 (SAMPLE-0003), field portrait", portrait=bytes(picture))

    # The stack and the readers.

    def test_no_pcscd(self):
        nowhere = {**self.station.environment, "PCSCLITE_CSOCK_NAME": str(self.station.folder / "no-pcscd")}
        with self.undone():
            self.refused("stack-absent", 4, "run", env=nowhere)

    def test_no_reader(self):
        station = Station(self, "--reader", "No Such Reader 00 00")
        station.import_sample(1)
        with self.undone(station):
            self.refused("reader-absent", 4, "run", station=station, says="No Such Reader 00 00")

    def test_no_card(self):
        with self.undone():
            self.refused("card-absent", 4, "run", "--wait", "2")
            self.refused("card-absent", 4, "inspect")

    # What `run` says of a card.

    def refused_card(self, code, exit_code, station, outcome="refused", wait="5"):
        """A line with one writer meets the card that lies there, says what is wrong with it once, and gives up."""
        station.configure(stop="{failures_in_row: 1}")
        done = station.perso("--json", "run", "--writer", "writer-1", "--wait", wait)
        self.assertEqual((done.returncode, done.stderr), (exit_code, ""), done.stdout)
        lines = [json.loads(line) for line in done.stdout.splitlines()]
        errors = [(line["outcome"], line["error"]["code"]) for line in lines if "error" in line]
        self.assertEqual(errors, [(outcome, code)], done.stdout)
        self.assertEqual([lines[-1][end] for end in ("issued", "verified", "rejected", "spoiled")], [0, 0, 0, 0])

    def test_a_foreign_chip(self):
        station = Station(self)
        station.import_sample(1)
        with ForeignChip() as chip, self.undone(station):
            await_that("the reader sees the card", chip.powered.is_set)
            self.refused_card("chip-foreign", 1, station)
        self.assertGreater(len(chip.commands), 0)
        writing = [command for command in chip.commands if command[1] not in (0xA4, 0xCA)]
        self.assertEqual(writing, [], "more than SELECT and GET DATA")

    def test_an_issued_chip(self):
        station = Station(self)
        station.import_sample(2)
        card = station.issue(1)[0]
        with station.serve() as holding, self.undone(station):
            holding.tell(f"insert 0 {card.name}")
            before = (station.chips / "slot-0" / card.name).read_bytes()
            self.refused_card("chip-not-blank", 1, station)
            self.assertEqual((station.chips / "slot-0" / card.name).read_bytes(), before)

    def test_a_chip_with_other_transport_keys(self):
        station, other = Station(self), Station(self)
        station.import_sample(1)
        [card] = other.make_chips(1, folder=station.chips)
        before = card.read_bytes()
        with station.serve() as holding:
            holding.tell(f"insert 0 {card.name}")
            self.refused_card("keys-do-not-open", 1, station, outcome="returned")
            self.assertEqual((station.chips / "slot-0" / card.name).read_bytes(), before, "a try was spent")
        totals = station.check_ledger()
        self.assertEqual((totals["queued"], totals["returned"], totals["drawn"]), (1, 1, 1))

    def test_a_stuck_reader(self):
        station = Station(self)
        station.configure(deadlines="{connect_ms: 2000, command_ms: 2000}")
        station.import_sample(1)
        [card] = station.make_chips(1)
        with station.serve() as holding:
            holding.tell(f"insert 0 {card.name}")
            time.sleep(1)  # so that pcscd has seen the card
            holding.tell("stall 0")
            with self.undone(station):
                begun = time.monotonic()
                self.refused_card("reader-stuck", 4, station, wait="10")
                self.assertLess(time.monotonic() - begun, 15)
            holding.remove(0)
            holding.tell(f"insert 0 {card.name}")
            self.assertEqual(ChipFile(station.chips / "slot-0" / card.name).life, "blank")
            # A new worker makes the card.
            station.good("run", "--writer", "writer-1")

    # The home.

    def test_a_full_disk(self):
        if os.geteuid() != 0:
            self.skipTest("only root can mount a small disk")
        disk = Path(tempfile.mkdtemp(prefix="perso-e2e-"))
        self.addCleanup(disk.rmdir)
        if run(["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", disk]).returncode != 0:
            self.skipTest("this container may not mount a small disk")
        self.addCleanup(run, ["umount", disk])
        station = Station(self)
        shutil.copytree(station.home, disk / "home")
        station.home = disk / "home"
        with self.undone(station):
            filler = disk / "filler"
            with open(filler, "wb", buffering=0) as file:
                try:
                    while True:
                        file.write(bytes(4096))
                except OSError:
                    pass
            batch = station.write_batch("sample", sample_orders())
            self.refused("ledger-io", 6, "orders", "import", batch, station=station)
            filler.unlink()
        station.check_ledger()
        station.good("orders", "import", batch)

    def test_a_second_run_on_one_home(self):
        line = self.station.start("run")
        lock = self.station.home / "ledger.lock"
        await_that("the first line holds the home", lambda: f"process {line.pid} " in lock.read_text())
        done = self.refused("ledger-busy", 6, "run")
        self.assertIn(f"process {line.pid} ", done.stderr)
        line.terminate()
        line.wait(timeout=30)

    def test_a_ledger_of_a_newer_version(self):
        station = Station(self)
        with sqlite3.connect(station.home / "ledger.db") as database:
            [version] = database.execute("PRAGMA user_version").fetchone()
            database.execute(f"PRAGMA user_version = {version + 1}")
        database.close()
        before = (station.home / "ledger.db").read_bytes()
        for command in (["run"], ["ledger", "verify"], ["orders", "list"]):
            self.refused("ledger-newer", 6, *command, station=station)
        self.assertEqual((station.home / "ledger.db").read_bytes(), before)


class Undone:
    def __init__(self, test, station):
        self.test, self.station = test, station

    def __enter__(self):
        self.before = self.test.what_was_done(self.station)

    def __exit__(self, error, *_):
        if error is None:
            self.test.assertEqual(self.test.what_was_done(self.station), self.before)


class ForeignChip:
    """A card in the first reader that knows no command and no application."""

    ATR = bytes.fromhex("3B800181")  # T=1, no historical bytes

    def __enter__(self):
        self.commands = []
        self.powered = threading.Event()
        self.link = socket.create_connection(("127.0.0.1", FIRST_PORT))
        self.thread = threading.Thread(target=self.answer)
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.link.shutdown(socket.SHUT_RDWR)
        self.thread.join()
        self.link.close()
        await_empty(READERS[0])

    def answer(self):
        stream = self.link.makefile("rb")
        while len(head := stream.read(2)) == 2:
            message = stream.read(int.from_bytes(head, "big"))
            if message == b"\x04":
                self.send(self.ATR)
            elif len(message) == 1:
                if message == b"\x01":
                    self.powered.set()
            else:
                self.commands.append(message)
                self.send(bytes.fromhex("6A82" if message[1] == 0xA4 else "6D00"))

    def send(self, answer):
        self.link.sendall(len(answer).to_bytes(2, "big") + answer)


if __name__ == "__main__":
    main()
