"""A station to try things on: a scratch home, virtual chips in pcscd's two virtual readers, and the program `perso` itself.

The program's path comes in the environment variable PERSO_PROGRAM; a pcscd with the readers must run (scripts/pcscd.sh).
"""

import contextlib
import csv
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time
import unittest
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[2]
PROFILE = SOURCE / "profiles" / "prc-2023"
SAMPLE = PROFILE / "sample"
PROGRAM = os.environ.get("PERSO_PROGRAM", "perso")
READERS = ("Virtual PCD 00 00", "Virtual PCD 00 01")
FIRST_PORT = 35963
PATIENCE_S = 120  # for one command of the program; far above what any takes


def run(command, **options):
    """A program to its end; its output as text."""
    return subprocess.run([str(word) for word in command], text=True, capture_output=True, timeout=PATIENCE_S, **options)


def await_that(what, condition, seconds=30):
    """Waits for a condition and returns what it returned."""
    end = time.monotonic() + seconds
    while not (value := condition()):
        if time.monotonic() > end:
            raise AssertionError(f"waited {seconds} s in vain: {what}")
        time.sleep(0.02)
    return value


def await_empty(reader):
    """Until pcscd has seen that a card left. It looks every 400 ms, and takes a card that comes earlier for the old one.
    Not to be asked while a card is connected to elsewhere: opensc-tool connects to each reader, and the other would be told busy."""
    listing = ["opensc-tool", "--list-readers"]
    await_that(f"{reader} is empty", lambda: re.search(rf"(?m)^\d+ +No .*{reader}$", run(listing).stdout))


def send(reader, *commands):
    """Commands in hexadecimal through opensc-tool; pairs of status word and answer."""
    arguments = ["opensc-tool", "--reader", reader, "--card-driver", "default"]
    for command in commands:
        arguments += ["--send-apdu", command]
    done = run(arguments)
    if done.returncode != 0:
        raise AssertionError(f"opensc-tool: {done.stdout}{done.stderr}")
    answers = []
    for part in done.stdout.split("Received (SW1=0x")[1:]:
        status = part[0:2] + re.match(r".., SW2=0x(..)", part).group(1)
        lines = part.partition("Sending:")[0].splitlines()[1:]
        # For each byte "XX ", then for each a character.
        answers.append((status, bytes.fromhex("".join(line[: len(line) // 4 * 3] for line in lines))))
    return answers


def sample_orders():
    with open(SAMPLE / "orders.csv", encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def children(process_id):
    """The processes that a process started, as pairs of number and command line."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            parent = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
            if parent == process_id:
                found.append((int(folder.name), (folder / "cmdline").read_bytes().split(b"\0")))
        except (OSError, ValueError, IndexError):
            pass  # it ended meanwhile
    return found


def number_after(number, steps):
    """The personal number that comes `steps` after one of the same place and birth date: ISO 7064 MOD 11-2."""
    digits = number[:14] + f"{(int(number[14:17]) + steps) % 1000:03}"
    rest = sum(int(digit) << (17 - place) for place, digit in enumerate(digits)) % 11
    return digits + "10X98765432"[rest]


def more_orders(count, first=0):
    """Orders beside those of the sample: its holders again, as other people with numbers of their own."""
    sample, orders = sample_orders(), []
    for n in range(first, first + count):
        order = dict(sample[n % len(sample)])
        order["order"] = f"E2E-{n + 1:04}"
        order["number"] = number_after(order["number"], 1 + n // len(sample))
        order["previous_number"] = ""
        orders.append(order)
    return orders


class ChipFile:
    """What a virtual chip's memory says, read without any code of the program: records of length, contents, CRC-32. The first
    record's kind, 01 or 41, tells the platform; the others' kinds are the platform's own."""

    LIVES = {1: "blank", 7: "personalizing", 15: "issued", 255: "terminated"}

    def __init__(self, path):
        self.path = Path(path)
        self.life = "blank"
        self.transport_keys = []
        self.issuer_keys = []  # empty before PUT KEY
        for record in self.records(self.path.read_bytes()):
            if record[0] == 0x01:
                # kind, CPLC, i, memory, command limit, ATR with its length; then version, length, three keys
                keys = record[1 + 42 + 1 + 4 + 2 :]
                keys = keys[1 + keys[0] :]
                self.transport_keys = self.keys_in(keys)
            if record[0] == 0x02:
                self.issuer_keys = self.keys_in(record[1:])
            if record[0] in (0x06, 0x42):  # the progress mark; a file of the iso7816 platform
                self.life = "personalizing"
            if record[0] == 0x07:
                self.life = self.LIVES[record[1]]
            if record[0] == 0x47:
                self.life = "issued"

    @staticmethod
    def records(log):
        at = 0
        while at + 2 <= len(log):
            size = int.from_bytes(log[at : at + 2], "big")
            if len(log) < at + 2 + size + 4:
                break  # torn
            yield log[at + 2 : at + 2 + size]
            at += 2 + size + 4

    @staticmethod
    def keys_in(key_set):
        """Version, length, three keys."""
        return [key_set[2 + n * key_set[1] : 2 + (n + 1) * key_set[1]] for n in range(3)]


class Chips:
    """`perso vchip serve` on a folder, and its control socket."""

    def __init__(self, station, folder, feed, slots, first_slot, timing, port):
        self.folder = folder
        self.readers = READERS[first_slot : first_slot + slots]
        self.log = open(station.folder / f"serve-{folder.name}.log", "ab")
        command = [PROGRAM, "--home", station.home, "vchip", "serve", "--dir", folder, "--slots", slots]
        command += ["--port", port or FIRST_PORT + first_slot, "--timing", timing] + ["--feed" if feed else "--empty"]
        self.process = subprocess.Popen([str(word) for word in command], stderr=self.log, env=station.environment)
        await_that("the virtual chips are served", self.answers)

    def answers(self):
        try:
            return self.tell("list")
        except (FileNotFoundError, ConnectionRefusedError):
            return ""  # the socket is there before somebody listens

    def tell(self, line):
        """A line to the control socket; what it answers after `ok`."""
        with socket.socket(socket.AF_UNIX) as control:
            control.settimeout(PATIENCE_S)
            control.connect(str(self.folder / "control"))
            control.sendall(line.encode() + b"\n")
            answer = control.makefile().readline().strip()
        if not answer.startswith("ok"):
            raise AssertionError(f"'{line}': {answer}")
        return answer[2:].strip()

    def remove(self, slot):
        self.tell(f"remove {slot}")
        await_empty(self.readers[slot])

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(timeout=30)
        self.log.close()
        for reader in self.readers:
            await_empty(reader)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()


class Sample:
    """A sample card in the first reader; `told` is what `perso vchip serve --sample` says of it."""

    def __init__(self, station, name):
        command = [PROGRAM, "--home", station.home, "--json", "vchip", "serve", "--sample", name, "--dir", station.folder / "kit"]
        self.process = subprocess.Popen(
            [str(word) for word in command], text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=station.environment
        )
        said = self.process.stdout.readline()
        if not said:
            raise AssertionError(self.process.communicate()[1])
        self.told = json.loads(said)
        self.trust = Path(self.told["trust_folder"])

    def ways(self):
        """The options with which each thing that is printed on the card opens it."""
        number = self.told["access_number"]
        return [*([("--can", number)] if number else []), ("--mrz", self.told["zone"])]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.communicate(timeout=30)
        await_empty(READERS[0])


class Tap:
    """Between one virtual chip and its reader: what goes over the link. Each message has its length before it; commands have
    more than one byte, and the answer to 04 is the answer to reset."""

    def __init__(self, reader_port):
        self.reader_port = reader_port
        self.commands, self.answers = [], []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.thread = threading.Thread(target=self.accept)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.listener.shutdown(socket.SHUT_RDWR)
        self.thread.join()
        self.listener.close()

    def accept(self):
        """One chip after the other."""
        with contextlib.suppress(OSError):
            while True:
                chip, _ = self.listener.accept()
                with chip, socket.create_connection(("127.0.0.1", self.reader_port)) as reader:
                    back = threading.Thread(target=self.carry, args=(chip, reader, self.answers))
                    back.start()
                    self.carry(reader, chip, self.commands)
                    back.join()

    def carry(self, source, target, kept):
        stream = source.makefile("rb")
        target.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with contextlib.suppress(OSError):
            while len(head := stream.read(2)) == 2:
                source.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)  # or the rest comes 40 ms later
                message = stream.read(int.from_bytes(head, "big"))
                kept.append(message)
                target.sendall(head + message)
        for end in (source, target):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)


class Station:
    """A home in a scratch folder. Removed when the test that made it ends."""

    def __init__(self, test, *init_options, profile=PROFILE, environment=None):
        self.folder = Path(tempfile.mkdtemp(prefix="perso-e2e-"))
        test.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.test = test
        self.home = self.folder / "home"
        self.chips = self.folder / "chips"
        self.environment = {**os.environ, **(environment or {})}
        self.good("init", "--profile", profile, *init_options)

    def perso(self, *arguments, **options):
        options.setdefault("env", self.environment)
        return run([PROGRAM, "--home", self.home, *arguments], **options)

    def good(self, *arguments, **options):
        """A command that has to succeed; its standard output."""
        done = self.perso(*arguments, **options)
        self.test.assertEqual(done.returncode, 0, f"perso {arguments}: {done.stdout}{done.stderr}")
        return done.stdout

    def json(self, *arguments):
        return json.loads(self.good("--json", *arguments))

    def json_lines(self, *arguments):
        return [json.loads(line) for line in self.good("--json", *arguments).splitlines()]

    def start(self, *arguments):
        """A command that goes on while the test does something else."""
        command = [PROGRAM, "--home", self.home, *arguments]
        process = subprocess.Popen(
            [str(word) for word in command], text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=self.environment
        )
        self.test.addCleanup(process.communicate)
        self.test.addCleanup(process.kill)
        return process

    def configure(self, **settings):
        """Replaces single settings of station.yaml."""
        file = self.home / "station.yaml"
        text = file.read_text()
        for key, value in settings.items():
            text, count = re.subn(rf"(?m)^{key}:.*$", f"{key}: {value}", text)
            self.test.assertEqual(count, 1, key)
        file.write_text(text)

    def write_batch(self, name, orders):
        """A batch file with the sample's portraits beside it."""
        folder = self.folder / name
        folder.mkdir()
        for portrait in SAMPLE.glob("*.jpg"):
            shutil.copy(portrait, folder)
        with open(folder / "orders.csv", "w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, list(orders[0]))
            writer.writeheader()
            writer.writerows(orders)
        return folder / "orders.csv"

    def import_orders(self, name, orders):
        self.good("orders", "import", self.write_batch(name, orders), "--batch", name)

    def import_sample(self, count=None):
        """The first orders of the sample batch, or all of them."""
        self.import_orders("sample", sample_orders()[:count])

    def make_chips(self, count, folder=None, platform="globalplatform"):
        folder = folder or self.chips
        self.good("vchip", "make", "--dir", folder, "--count", count, "--platform", platform)
        return sorted((folder / "stack").glob("*.chip"))

    def serve(self, folder=None, feed=False, slots=2, first_slot=0, timing="none", port=None):
        chips = Chips(self, folder or self.chips, feed, slots, first_slot, timing, port)
        self.test.addCleanup(chips.process.kill)
        return chips

    def issue(self, count, platform="globalplatform"):
        """Makes the next cards of the queue on new chips, in the first writer; their files."""
        self.make_chips(count, platform=platform)
        with self.serve(feed=True, slots=1):
            self.good("run", "--writer", "writer-1", "--count", count)
            await_that("the cards are taken out", lambda: len(list((self.chips / "out").glob("*.chip"))) >= count)
        return sorted(chip for chip in (self.chips / "out").glob("*.chip") if ChipFile(chip).life == "issued")

    def order_on(self, chip):
        """The order that was last bound to a chip, by the file's name."""
        return [event["order"] for event in self.events() if event["kind"] == "bound" and event["chip"] == chip][-1]

    def inspect_all(self, cards, *options):
        """Pairs of a card's file and what `perso inspect --json` says of it, its files exported to `exported(card)`. What opens
        a card stands in the ledger, as long as its holder's data do. Both readers are used; meanwhile the cards may lie in the
        folder of the chips alone."""
        with self.serve() as holding:
            for first in range(0, len(cards), 2):
                pair = list(enumerate(cards[first : first + 2]))
                for slot, card in pair:
                    holding.tell(f"insert {slot} {card.name}")
                for slot, card in pair:
                    asked = ["--writer", f"writer-{slot + 1}", "--order", self.order_on(card.stem)]
                    yield card, self.json("inspect", *asked, "--export", self.exported(card), *options)
                for slot, _ in pair:
                    holding.remove(slot)

    def exported(self, card):
        return self.folder / "exported" / card.stem

    def events(self):
        return [json.loads(line) for line in self.good("ledger", "export").splitlines()]

    def check_ledger(self):
        """The ledger is whole and its totals balance."""
        self.good("ledger", "verify")
        totals = self.json("ledger", "report")
        ends = sum(totals[end] for end in ("issued", "rejected", "spoiled", "returned", "open"))
        self.test.assertEqual(totals["drawn"], ends, totals)
        self.test.assertTrue(totals["balanced"], totals)
        return totals


def short_reader(folder):
    """The environment in which every reader says that it takes short commands alone."""
    shim = folder / "short_reader.so"
    source = Path(__file__).with_name("short_reader.cpp")
    subprocess.run(["c++", "-shared", "-fPIC", "-I/usr/include/PCSC", source, "-o", shim], check=True)
    # A program with a sanitizer would rather have its own library in front.
    return {"LD_PRELOAD": str(shim), "ASAN_OPTIONS": "verify_asan_link_order=0"}


def checks_of(report):
    """The checks of an inspection by their names."""
    return {check["name"]: check for check in report["checks"]}


def failed_checks(report):
    return [check["name"] for check in report["checks"] if check["result"] == "failed"]


def main():
    """Runs the tests of the file; one that had to be skipped is named with its reason."""
    unittest.main(verbosity=2)
