"""Secrets and holder data are planted and then looked for wherever the program, its workers or pcscd could have left them.

What may hold them is left out: the virtual chips' own files, which are the chips; the batch that was imported; and what
`perso inspect` prints and exports, which is the card's contents.
"""

import base64
import tempfile
import time
import unittest
from pathlib import Path

from station import ChipFile, Station, await_that, main, number_after, sample_orders

SURNAME = "QUOKKASDOTTIR"
PASSPHRASE = "canary Passphrase 7319 wombat"


def in_base64(secret):
    """What stands in base64 wherever the secret does, at each of three alignments, without the characters at both ends that
    its neighbours change."""
    for before in range(3):
        text = base64.b64encode(bytes(before) + secret)
        yield text[-(-8 * before // 6) : 8 * (before + len(secret)) // 6]


def disguises(secret):
    """A secret as it could stand in a file. Text also as UTF-16LE."""
    for form in (secret, secret.decode().encode("utf-16le")) if secret.isascii() else (secret,):
        yield form
        yield form.hex().encode()
        yield form.hex().upper().encode()
        yield from in_base64(form)


def find(canaries, files):
    """Which canary stands in which file."""
    found = []
    for file in files:
        contents = file.read_bytes()
        found += [f"{name} in {file}" for name, secret in canaries.items() if any(form in contents for form in disguises(secret))]
    return found


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
        canaries = {"text": PASSPHRASE.encode(), "key": bytes(range(0xF0, 0x100))}
        with tempfile.TemporaryDirectory() as name:
            file = Path(name) / "file"
            for secret in canaries.values():
                planted = [b"<" + form + b">" for form in disguises(secret)]
                planted += [base64.b64encode(b"x" * n + secret + b"y" * n) for n in range(6)]
                for text in planted:
                    file.write_bytes(text)
                    self.assertEqual(len(find(canaries, files_below(Path(name)))), 1, text)
            file.write_bytes(b"nothing")
            self.assertEqual(find(canaries, [file]), [])

    def test_no_canary_is_left_anywhere(self):
        begun = time.time()
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        station = Station(self, environment={"PERSO_PASSPHRASE": PASSPHRASE, "TMPDIR": temporary.name})
        printed = station.folder / "printed"
        printed.mkdir()

        def say(*arguments, expected=0, shows_the_card=False):
            """A command whose words are kept for the search."""
            done = station.perso(*arguments)
            self.assertEqual(done.returncode, expected, done.stdout + done.stderr)
            text = done.stderr if shows_the_card else done.stdout + done.stderr
            (printed / str(len(list(printed.iterdir())))).write_text(text)
            return done.stdout

        order = sample_orders()[0]
        order["latin_name"] = f"{SURNAME}, CLARA"
        order["number"] = number_after(order["number"], 555)
        last = order["number"][-1]
        wrong = dict(order, order="WRONG", number=order["number"][:-1] + ("1" if last != "1" else "2"))
        good, bad = station.write_batch("good", [order]), station.write_batch("bad", [wrong])
        say("orders", "import", bad, expected=3)
        say("orders", "import", good)
        say("orders", "import", good, "--batch", "again", expected=3)

        canaries = {"surname": SURNAME.encode(), "number": order["number"].encode(), "passphrase": PASSPHRASE.encode()}
        torn, finished = station.make_chips(2)
        for chip in (torn, finished):
            keys = ChipFile(chip).transport_keys
            self.assertEqual([len(key) for key in keys], [16, 16, 16])
            canaries.update({f"transport key {n} of {chip.name}": key for n, key in enumerate(keys)})

        station.configure(stop="{failures_in_row: 1}")
        with station.serve() as holding:
            holding.tell(f"insert 0 {torn.name}")
            holding.tell("tear 0 after 12 commands")
            say("run", "--writer", "writer-1", "--wait", "20", expected=4)
            holding.tell(f"insert 0 {finished.name}")
            say("--json", "run", "--writer", "writer-1", "--wait", "20", "--trace", printed / "trace")
            keys = ChipFile(next(finished.parent.parent.rglob(finished.name))).issuer_keys
            self.assertEqual([len(key) for key in keys], [16, 16, 16])
            canaries.update({f"issuer key {n}": key for n, key in enumerate(keys)})
            shown = say("inspect", "--export", station.folder / "export", shows_the_card=True)
            self.assertIn(order["number"], shown)
            # While the ledger is open its write-ahead log is there too.
            station.import_orders("more", [dict(order, order="MORE", number=number_after(order["number"], 1))])
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

        # The canaries were at work: holder and number stand on the chip that was made.
        on_the_card = str(find(canaries, files_below(station.folder / "export")))
        self.assertIn("surname", on_the_card)
        self.assertIn("number", on_the_card)
        files = files_below(station.home, printed, Path(temporary.name))
        files += [*station.folder.glob("serve-*.log"), *files_of_pcscd()]
        files += [file for file in Path("/tmp").glob("*") if file.is_file() and file.stat().st_mtime >= begun]
        self.assertEqual(find(canaries, files), [])


if __name__ == "__main__":
    main()
