"""Secrets and holder data are planted and then looked for wherever the program, its workers or pcscd could have left them.

What may hold them is left out: the virtual chips' own files, which are the chips; the batch that was imported, and its rows that
were refused; what `perso inspect` prints and exports, which is the card's contents; and what `perso orders result` prints.
"""

import base64
import contextlib
import hashlib
import json
import subprocess
import tempfile
import time
import unittest
from pathlib import Path

from station import FIRST_PORT, PROFILE, ChipFile, Station, Tap, await_that, main, number_after, sample_orders

SURNAME, SURNAME_ON_CARD = "QUOKKASDÓTTIRÞÖRN", "QUOKKASDOTTIRTHOERN"
CHINESE_NAME = "袋熊𠮷"
ACCESS_NUMBER = "7306141988250317"  # of 16 digits: six would stand somewhere by chance
WRONG_NUMBER = "5172930648275519"
PASSPHRASE = "canary Passphrase 7319 wombat"


def in_base64(secret):
    """What stands in base64 wherever the secret does, at each of three alignments, without the characters at both ends that
    its neighbours change."""
    for before in range(3):
        text = base64.b64encode(bytes(before) + secret)
        yield text[-(-8 * before // 6) : 8 * (before + len(secret)) // 6]


def forms_of(secret):
    """A secret in the encodings that text has; bytes have none."""
    if isinstance(secret, bytes):
        return {secret}
    forms = {secret.encode("utf-8"), secret.encode("utf-16le"), json.dumps(secret)[1:-1].encode()}
    with contextlib.suppress(UnicodeEncodeError):
        forms.add(secret.encode("latin-1"))
    return forms


def disguises(secret):
    """A secret as it could stand in a file."""
    for form in forms_of(secret):
        yield form
        yield form.hex().encode()
        yield form.hex().upper().encode()
        yield from in_base64(form)


def find(canaries, files):
    """Which canary stands in which file. A file of others may be gone meanwhile."""
    found = []
    for file in files:
        with contextlib.suppress(FileNotFoundError):
            contents = file.read_bytes()
            for name, secret in canaries.items():
                if any(form in contents for form in disguises(secret)):
                    found.append(f"{name} in {file}")
    return found


def derived_from(secret):
    """What PACE and basic access control derive from it: ICAO 9303-11 9.7.1, for AES-128, and for 3DES with the parity set.
    The first one opens the nonce of PACE."""
    for seed in (secret, secret[:16]):
        for counter in (3, 1, 2):
            key = hashlib.sha1(seed + counter.to_bytes(4, "big")).digest()[:16]
            yield key
            yield bytes(byte & 0xFE | (byte & 0xFE).bit_count() % 2 ^ 1 for byte in key)


def nonces(answers, canaries):
    """The nonces of PACE that a chip sent, as each key opens them: one of these is what both sides agreed on."""
    for answer in answers:
        if answer[:4] != bytes.fromhex("7C128010"):
            continue
        for name, key in canaries.items():
            if name.startswith("key 0 of "):
                command = ["openssl", "enc", "-d", "-aes-128-cbc", "-nopad", "-K", key.hex(), "-iv", bytes(16).hex()]
                yield subprocess.run(command, input=answer[4:20], capture_output=True, check=True).stdout


def zone_information(zone):
    """Number, birth and expiry of three lines of 30 characters, each with its check digit, the number in full behind its place:
    ICAO 9303-11 4.3.2."""
    return (zone[5:14] + zone[15:30].partition("<")[0] + zone[30:37] + zone[38:45]).encode()


def files_below(*folders):
    return [file for folder in folders for file in folder.rglob("*") if file.is_file()]


def files_of_pcscd():
    """Where the running pcscd writes what it says, as far as that is a file and may be read."""
    try:
        process = Path("/run/pcscd/pcscd.pid").read_text().strip("\0\n ")
        outputs = [Path(f"/proc/{process}/fd/{n}").resolve(strict=True) for n in (1, 2)]
    except OSError:
        return []
    return [file for file in set(outputs) if file.is_file()]


class Canary(unittest.TestCase):
    def test_the_search_finds_what_is_planted(self):
        canaries = {"text": PASSPHRASE, "name": SURNAME, "rare": CHINESE_NAME, "key": bytes(range(0xF0, 0x100))}
        with tempfile.TemporaryDirectory() as name:
            file = Path(name) / "file"
            for secret in canaries.values():
                planted = [b"<" + form + b">" for form in disguises(secret)]
                planted += [base64.b64encode(b"x" * n + form + b"y" * n) for n in range(6) for form in forms_of(secret)]
                for text in planted:
                    file.write_bytes(text)
                    self.assertEqual(len(find(canaries, files_below(Path(name)))), 1, text)
            file.write_bytes(b"nothing")
            self.assertEqual(find(canaries, [file]), [])

    def test_no_canary_is_left_anywhere(self):
        begun = time.time()
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        environment = {"PERSO_PASSPHRASE": PASSPHRASE, "TMPDIR": temporary.name}
        station = Station(self, profile=self.profile_of_long_access_numbers(), environment=environment)
        printed = station.folder / "printed"
        printed.mkdir()

        def say(*arguments, expected=0, shows_the_card=False):
            """A command whose words are kept for the search."""
            done = station.perso(*arguments)
            self.assertEqual(done.returncode, expected, done.stdout + done.stderr)
            text = done.stderr if shows_the_card else done.stdout + done.stderr
            (printed / str(len(list(printed.iterdir())))).write_text(text)
            return done.stdout

        given, drawn = self.orders()
        good = station.write_batch("good", [given, drawn])
        bad = station.write_batch("bad", self.wrong_orders(given))
        say("orders", "import", bad, expected=3)
        say("orders", "import", bad, "--keep-going", "--rejects", bad.with_name("rejects.csv"), expected=3)
        say("orders", "import", good, "--batch", "good")
        say("orders", "import", good, "--batch", "again", expected=3)

        canaries = {
            "surname": SURNAME,
            "surname as the card has it": SURNAME_ON_CARD,
            "Chinese name": CHINESE_NAME,
            "number": given["number"],
            "given access number": ACCESS_NUMBER,
            "wrong access number": WRONG_NUMBER,
            "passphrase": PASSPHRASE,
        }
        torn, *finished = station.make_chips(3)
        for chip in (torn, *finished):
            keys = ChipFile(chip).transport_keys
            self.assertEqual([len(key) for key in keys], [16, 16, 16])
            canaries.update({f"transport key {n} of {chip.name}": key for n, key in enumerate(keys)})

        station.configure(stop="{failures_in_row: 1}")
        with Tap(FIRST_PORT) as tap, station.serve(slots=1, port=tap.port) as holding:
            holding.tell(f"insert 0 {torn.name}")
            holding.tell("tear 0 after 12 commands")
            say("run", "--writer", "writer-1", "--wait", "20", expected=4)
            for chip in finished:
                holding.tell(f"insert 0 {chip.name}")
                say("--json", "run", "--writer", "writer-1", "--count", "1", "--wait", "20", "--trace", printed / "trace")
                keys = ChipFile(next(station.chips.rglob(chip.name))).issuer_keys
                self.assertEqual([len(key) for key in keys], [16, 16, 16])
                canaries.update({f"issuer key {n} of {chip.name}": key for n, key in enumerate(keys)})
                shown = say("inspect", "--export", station.exported(chip), shows_the_card=True)
                self.assertIn(SURNAME_ON_CARD, shown)
                canaries.update(self.access_to(station.exported(chip), chip.name))
                zone = canaries[f"zone of {chip.name}"]
                say("inspect", "--mrz", zone, shows_the_card=True)
                self.try_in_vain(say, zone, canaries)
                holding.remove(0)
            results = [json.loads(line) for line in say("--json", "orders", "result", "good", shows_the_card=True).splitlines()]
            self.assertEqual(results[0]["access_number"], ACCESS_NUMBER)
            canaries["drawn access number"] = results[1]["access_number"]
            for name in ("given access number", "wrong access number", "drawn access number"):
                canaries.update({f"key {n} of {name}": key for n, key in enumerate(derived_from(canaries[name].encode()))})
            self.assertRegex(results[1]["access_number"], r"^[0-9]{16}$")
            opened = list(nonces(tap.answers, canaries))
            self.assertGreater(len(opened), 10)
            canaries.update({f"nonce {n} of PACE": nonce for n, nonce in enumerate(opened)})
            say("orders", "result", "good", "--out", station.folder / "result.csv")
            # While the ledger is open its write-ahead log is there too.
            station.import_orders("more", [dict(given, order="MORE", number=number_after(given["number"], 1))])
            line = station.start("run", "--writer", "writer-2")
            await_that("the write-ahead log", (station.home / "ledger.db-wal").exists)
            self.assertEqual(find(canaries, files_below(station.home)), [])
            line.terminate()
            output, errors = line.communicate()
            (printed / "line").write_text(output + errors)
        say("orders", "list")
        say("ledger", "verify")
        say("ledger", "report")
        say("ledger", "export")
        say("doctor")

        self.check_what_was_at_work(canaries, station, finished)
        files = files_below(station.home, printed, Path(temporary.name))
        files += [*station.folder.glob("serve-*.log"), *files_of_pcscd()]
        files += [file for file in Path("/tmp").glob("*") if file.is_file() and file.stat().st_mtime >= begun]
        self.assertEqual(find(canaries, files), [])

    def access_to(self, card, name):
        """The zone, its lines, and what is derived from it."""
        zone = (card / "eMRTD" / "EF.DG1").read_bytes()[5:].decode("ascii")
        self.assertEqual(len(zone), 90)
        found = {f"zone of {name}": zone, f"zone information of {name}": zone_information(zone).decode()}
        found.update({f"line {at // 30 + 1} of the zone of {name}": zone[at : at + 30] for at in (0, 30, 60)})
        keys = derived_from(hashlib.sha1(zone_information(zone)).digest())
        found.update({f"key {n} of the zone of {name}": key for n, key in enumerate(keys)})
        return found

    def try_in_vain(self, say, zone, canaries):
        """What is given to open a card stands in no answer either, where it is wrong or broken."""
        say("--json", "inspect", "--can", WRONG_NUMBER, expected=1)
        other_day = "9" if zone[35] != "9" else "8"
        for broken in (zone[:35] + other_day + zone[36:], zone[:-1]):
            canaries[f"broken zone {len(broken)}"] = broken
            say("inspect", "--mrz", broken, expected=2)
        number = zone[5:14] + zone[15:30].partition("<")[0][:-1]
        say("--json", "inspect", "--number", number, "--born", "1901-02-03", "--expires", "2031-02-03", expected=1)

    def profile_of_long_access_numbers(self):
        folder = Path(self.enterContext(tempfile.TemporaryDirectory(prefix="perso-e2e-"))) / PROFILE.name
        folder.mkdir()
        text = (PROFILE / "profile.yaml").read_text(encoding="utf-8")
        short = "{type: access-number, digits: 6}"
        self.assertEqual(text.count(short), 1)
        long = short.replace("6", str(len(ACCESS_NUMBER)))
        (folder / "profile.yaml").write_text(text.replace(short, long), encoding="utf-8")
        return folder

    def orders(self):
        """One whose access number is given, and one whose is drawn."""
        given, drawn = sample_orders()[:2]
        given.update(latin_name=f"{SURNAME}, CLARA", chinese_name=CHINESE_NAME, access_number=ACCESS_NUMBER)
        drawn.update(latin_name=f"{SURNAME}, DANIYAR", previous_number="")
        for order in (given, drawn):
            order["number"] = number_after(order["number"], 555)
        return given, drawn

    def wrong_orders(self, order):
        """A fault in each field that a canary stands in, so that it is told of."""
        changes = [
            {"number": order["number"][:-1] + ("1" if order["number"][-1] != "1" else "2")},
            {"latin_name": f"{SURNAME}, CLARA, MARIA"},
            {"chinese_name": CHINESE_NAME + "A"},
            {"access_number": ACCESS_NUMBER + "1"},
            {"order": SURNAME_ON_CARD},
            {"portrait": f"{SURNAME}.jpg"},
        ]
        return [{**order, "order": f"WRONG-{n}", **change} for n, change in enumerate(changes)]

    def check_what_was_at_work(self, canaries, station, chips):
        """The canaries were there to be found: on the chips that were made, in the result and in the refused rows."""
        on_the_cards = str(find(canaries, files_below(*map(station.exported, chips))))
        for name in ("surname as the card has it", "Chinese name", "number"):
            self.assertIn(name, on_the_cards)
        self.assertNotIn("access number", on_the_cards)
        access_numbers = ("given access number", "drawn access number")
        for name, holds in (
            ("result.csv", ("number", *access_numbers)),
            ("bad/rejects.csv", ("surname", *access_numbers[:1])),
        ):
            file = station.folder / name
            self.assertEqual(file.stat().st_mode & 0o777, 0o600)
            found = str(find(canaries, [file]))
            for canary in holds:
                self.assertIn(f"'{canary} in ", found)


if __name__ == "__main__":
    main()
