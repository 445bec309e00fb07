"""What a person asks the program beside the line: is a number good, what does a record say, is a profile sound, and what will stand
on the chip."""

import hashlib
import json
import re
import tempfile
import unittest
from pathlib import Path

from station import PROFILE, PROGRAM, SAMPLE, SOURCE, Station, main, run, sample_orders

CHANGED = 15  # in the sample: a Canadian whose number and previous number are a Ukrainian's


def perso(*arguments):
    """The program without a home."""
    return run([PROGRAM, "--home", "/nowhere", *arguments])


class Help(unittest.TestCase):
    """What `--help` lists is what the README tells of, and the other way round."""

    README = (SOURCE / "README.md").read_text(encoding="utf-8")

    def help(self, *command):
        """The subcommands of a command, and its options."""
        done = perso(*command, "--help")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        _, _, below = done.stdout.partition("Subcommands:\n")
        return re.findall(r"(?m)^  ([a-z]\S*)", below), set(re.findall(r"(?m)^  (?:-\w,)?(--[a-z0-9-]+)", done.stdout))

    def test_every_command_and_no_other_stands_in_the_readme(self):
        told = re.findall(r"(?m)^\| `perso (\w+) ?([^`]*)` \|", self.README)
        told = {name: sorted(re.findall(r"\w+", parts)) for name, parts in told}
        self.assertEqual({name: sorted(self.help(name)[0]) for name in self.help()[0]}, told)

    def test_every_option_stands_in_the_readme(self):
        told = set(re.findall(r"--[a-z][a-z0-9-]*", self.README))
        for name in self.help()[0]:
            for command in [(name,), *((name, below) for below in self.help(name)[0])]:
                with self.subTest(command):
                    self.assertEqual(self.help(*command)[1] - told - {"--help"}, set())


class Numbers(unittest.TestCase):
    GOOD = ("932682198501010017", "KAZ110090123105", "93337219920229073X")
    BAD = (  # and what is said of it
        ("932682198501010018", "check character"),
        ("932682198501010071", "check character"),
        ("93337219930229073X", ""),  # no 29 February in 1993
        ("KAZ110090123106", "check"),
        ("123456789012345", ""),  # as citizens' cards once had
        ("12345", "5 characters"),
        ("", ""),
    )

    def test_check_and_explain_end_with_the_same_code(self):
        for command in ("check", "explain"):
            for number in self.GOOD:
                with self.subTest(command=command, number=number):
                    done = perso("--json", "number", command, number)
                    self.assertEqual((done.returncode, json.loads(done.stdout)["valid"]), (0, True))
            for number, says in self.BAD:
                with self.subTest(command=command, number=number):
                    done = perso("--json", "number", command, number)
                    answer = json.loads(done.stdout)
                    self.assertEqual((done.returncode, answer["valid"]), (1, False))
                    self.assertIn(says, answer["fault"])
                    table = perso("number", command, number)
                    self.assertEqual((table.returncode, table.stderr), (1, ""))
                    self.assertIn(answer["fault"], table.stdout.splitlines()[-1])

    def test_explain_takes_a_number_apart(self):
        done = perso("--json", "number", "explain", "932682198501010017")
        parts = json.loads(done.stdout)["parts"]
        self.assertEqual(parts["country"]["alpha_3"], "SAU")
        self.assertEqual((parts["born"], parts["sequence"]), (["1985-01-01"], "001"))
        done = perso("--json", "number", "explain", "KAZ110090123105")
        self.assertEqual(json.loads(done.stdout)["parts"]["born"][0], "1990-12-31")

    def test_a_code_that_is_a_profiles_own(self):
        number = sample_orders()[14]["number"]  # of a person without a nationality
        self.assertEqual(perso("number", "check", number).returncode, 1)
        self.assertEqual(perso("number", "check", number, "--country", "999").returncode, 0)


class Records(unittest.TestCase):
    """The record of an issued card, and what the preview said of its files before."""

    @classmethod
    def setUpClass(cls):
        cls.shared = cls("runTest")
        station = cls.station = Station(cls.shared)
        cls.order = sample_orders()[CHANGED]
        station.import_orders("one", [cls.order])
        [[card, _]] = station.inspect_all(station.issue(1))
        cls.card = station.exported(card)
        cls.record = cls.card / "national" / "TEXT"

    @classmethod
    def tearDownClass(cls):
        cls.shared.doCleanups()

    def runTest(self):
        pass

    def test_a_changed_nationality_is_told(self):
        done = perso("--json", "record", "decode", self.record)
        decoded = json.loads(done.stdout)
        self.assertEqual((done.returncode, decoded["edition"], decoded["faults"]), (0, "2023", []))
        self.assertEqual(decoded["nationality_since_first_issue"], "changed")
        fields = decoded["fields"]
        self.assertEqual((fields["number"], fields["nationality"]), (self.order["number"], "CAN"))
        self.assertEqual(fields["chinese_name"], self.order["chinese_name"])
        # The card leads to no previous number, because with the nationality of today it would be another one.
        self.assertNotIn("previous_number", decoded)
        table = perso("record", "decode", self.record)
        self.assertEqual(table.returncode, 0)
        self.assertIn("it changed since the first issue\n", table.stdout)

        # A card of another maker may lead to that one.
        file = self.station.folder / "misleading"
        file.write_bytes(self.record.read_bytes()[:250] + "003".encode("utf-16le"))
        self.assertTrue(json.loads(perso("--json", "record", "decode", file).stdout)["previous_number"].startswith("CAN"))
        table = perso("record", "decode", file)
        self.assertIn("changed since the first issue, and the previous number above is wrong\n", table.stdout)

    def test_a_record_that_breaks_its_form(self):
        whole = self.record.read_bytes()
        file = self.station.folder / "record"
        wrong_check = bytearray(whole)
        wrong_check[156] ^= 1  # the number's last character
        file.write_bytes(wrong_check)
        done = perso("--json", "record", "decode", file)
        faults = json.loads(done.stdout)["faults"]
        self.assertEqual((done.returncode, [fault["field"] for fault in faults]), (1, ["number"]))
        for contents in (whole[:-1], whole + b" ", whole[:248] + b"Z\0" + whole[250:], b""):
            file.write_bytes(contents)
            done = perso("record", "decode", file)
            self.assertEqual((done.returncode, done.stdout, done.stderr.count("\n")), (3, "", 1), done.stderr)
            self.assertTrue(done.stderr.startswith("perso: malformed: "), done.stderr)

    def test_the_preview_is_what_stands_on_the_chip(self):
        options = ["--order", self.order["order"], "--link", "contact:9600", "--link", "contactless:848000"]
        done = perso("--json", "profile", "plan", PROFILE, SAMPLE / "orders.csv", *options)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        plan = json.loads(done.stdout)
        self.assertEqual((plan["order"], plan["profile"]), (self.order["order"], "prc-2023"))
        signed = {"EF.SOD", "SIGNATURE", "EF.CardSecurity", "EF.DG14", "EF.DG15"}  # by other keys, on another chip
        for application in plan["applications"]:
            on_the_chip = {file.name for file in (self.card / application["name"]).iterdir()} - {"EF.SOD.p7"}
            self.assertEqual({file["name"] for file in application["files"]}, on_the_chip)
            for file in application["files"]:
                contents = (self.card / application["name"] / file["name"]).read_bytes()
                if file["name"] not in signed:
                    self.assertEqual(file["bytes"], len(contents))
                    self.assertEqual(file["sha256"].lower(), hashlib.sha256(contents).hexdigest(), file["name"])

        sent = sum(len(exchange["command"]) // 2 for exchange in plan["commands"])
        received = sum(len(exchange["answer"]) // 2 for exchange in plan["commands"])
        self.assertEqual((plan["bytes_sent"], plan["bytes_received"]), (sent, received))
        slow, fast = plan["predicted"]
        self.assertEqual([slow["link"], fast["link"]], ["contact 9600", "contactless 848000"])
        self.assertGreater(slow["milliseconds"], (sent + received) * 12 * 1000 / 9600)
        self.assertLess(fast["milliseconds"], slow["milliseconds"] / 10)


class Profiles(unittest.TestCase):
    FAULTS = (  # what is put in the place of what, and where a fault is told: LINE counts from the changed one; COLUMN
        ("  memory: 96 KiB", "  memory: 96 KiB\n  colour: blue", [(1, 3)]),
        ('        id: "010C"', "        id: 010C", [(0, 13)]),
        ("{at: 30,  bytes: 2,", "{at: 28,  bytes: 2,", [(0, 17), (1, 17)]),
        ("over: [TEXT, PORTRAIT]", "over: [TEXT, PICTURE]", [(0, 79)]),
    )

    def test_every_fault_with_its_line_and_column(self):
        folder = Path(self.enterContext(tempfile.TemporaryDirectory())) / PROFILE.name
        folder.mkdir()
        text = (PROFILE / "profile.yaml").read_text(encoding="utf-8")
        for old, new, _ in self.FAULTS:
            self.assertEqual(text.count(old), 1, old)
            text = text.replace(old, new)
        (folder / "profile.yaml").write_text(text, encoding="utf-8")
        expected = []
        for _, new, places in self.FAULTS:
            first = text[: text.index(new)].count("\n") + 1
            expected += [f"{first + line}:{column}: " for line, column in places]

        done = perso("profile", "check", folder)
        self.assertEqual((done.returncode, done.stdout), (3, ""))
        lines = done.stderr.removeprefix("perso: profile-invalid: ").splitlines()
        self.assertEqual(len(lines), len(expected), done.stderr)
        for line, place in zip(lines, expected):
            self.assertTrue(line.startswith(f"{folder}/profile.yaml:{place}"), f"{line} is not at {place}")
            self.assertIn("; ", line, "says not how to mend it")

    def test_the_shipped_profiles_are_good(self):
        for profile in sorted(PROFILE.parent.glob("*/profile.yaml")):
            with self.subTest(profile.parent.name):
                done = perso("--json", "profile", "check", profile.parent)
                self.assertEqual((done.returncode, done.stderr), (0, ""))
                self.assertEqual(json.loads(done.stdout)["profile"], profile.parent.name)

    def test_the_preview_of_every_shipped_profile(self):
        """As a table; with `--commands` each command and answer, as many as the table counts."""
        for profile in sorted(PROFILE.parent.glob("*/profile.yaml")):
            [batch] = (profile.parent / "sample").glob("orders.*")
            with self.subTest(profile.parent.name):
                done = perso("profile", "plan", profile.parent, batch, "--commands")
                self.assertEqual((done.returncode, done.stderr), (0, ""))
                [count] = re.findall(r"(?m)^  together +(\d+) ", done.stdout)
                self.assertEqual(len(re.findall(r"(?m)^  > (?:[0-9A-F]{2}){4,}$", done.stdout)), int(count))
                self.assertEqual(len(re.findall(r"(?m)^  < (?:[0-9A-F]{2}){2,}$", done.stdout)), int(count))
                short = perso("profile", "plan", profile.parent, batch)
                self.assertNotIn("  > ", short.stdout)

    def test_a_link_that_is_none(self):
        for link in ("usb:9600", "contact", "contact:1", "contact:fast", ""):
            done = perso("profile", "plan", PROFILE, SAMPLE / "orders.csv", "--link", link)
            self.assertEqual((done.returncode, done.stdout, done.stderr.count("\n")), (2, "", 1), done.stderr)


if __name__ == "__main__":
    main()
