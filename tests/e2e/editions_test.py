"""Editions beside the newest: each from its own profile alone, on virtual chips of its platform."""

import json
import unittest

from openssl import as_pem
from station import READERS, SOURCE, ChipFile, Station, await_empty, checks_of, failed_checks, main, run, send

PROFILES = SOURCE / "profiles"
EMRTD = "A0000002471001"
SELECT_EMRTD, SELECT_COM, READ = f"00A4040C07{EMRTD}", "00A4020C02011E", "00B0000000"
BAC = "BAC with the machine readable zone"


class Editions(unittest.TestCase):
    def test_the_edition_before(self):
        """prc-2017 on chips like those of the newest edition, numbers of 15 characters, a record of its own."""
        station = Station(self, profile=PROFILES / "prc-2017")
        station.good("orders", "import", PROFILES / "prc-2017" / "sample" / "orders.csv")
        cards = station.issue(3)
        holders = {}
        for card, report in station.inspect_all(cards):
            self.assertEqual((report["verdict"], report["edition"], report["access"]), ("genuine", "prc-2017", BAC))
            decoded = station.json("record", "decode", station.exported(card) / "national" / "TEXT")
            self.assertEqual((decoded["edition"], decoded["good"]), ("2017", True))
            self.assertEqual(decoded["fields"]["number"], report["number"])
            holders[report["number"]] = decoded["fields"]["latin_name"], report["holder"]["name"]
        self.assertEqual(
            holders,
            {
                "KAZ110090123105": ("NURLANOVA DANA", "NURLANOVA DANA"),
                "FRA310078040221": ("MARTIN-DUBOIS PHILIPPE ALAIN", "MARTIN DUBOIS PHILIPPE ALAIN"),
                "POL440310092111": ("KOWALCZYK ZOFIA", "KOWALCZYK ZOFIA"),
            },
        )
        self.assertEqual(station.check_ledger()["issued"], 3)

    def test_a_torn_chip_is_set_aside(self):
        """On the platform whose chips bear no mark of an interrupted run: the ledger alone knows it."""
        station = Station(self, profile=PROFILES / "icao-td1")
        station.configure(stop="{failures_in_row: 1}")
        station.good("orders", "import", PROFILES / "icao-td1" / "sample" / "orders.json")
        torn, whole = station.make_chips(2, platform="iso7816")

        def run_with(chip, expected, count, *trouble):
            for line in (f"insert 0 {chip.name}", *trouble):
                holding.tell(line)
            done = station.perso("--json", "run", "--writer", "writer-1", "--count", "1", "--wait", "5")
            self.assertEqual((done.returncode, done.stderr), (expected, ""), done.stdout)
            self.assertEqual(json.loads(done.stdout.splitlines()[-1])["issued"], count)
            return done.stdout

        with station.serve() as holding:
            self.assertIn("card-torn", run_with(torn, 4, 0, "tear 0 after 30 commands"))
            await_empty(READERS[0])
            self.assertIn("chip-not-blank", run_with(torn, 1, 0))
            holding.remove(0)
            run_with(whole, 0, 1)
        lives = [ChipFile(next(station.chips.rglob(chip.name))).life for chip in (torn, whole)]
        self.assertEqual(lives, ["personalizing", "issued"])
        totals = station.check_ledger()
        self.assertEqual((totals["issued"], totals["spoiled"], totals["queued"]), (1, 1, 1))

    def test_an_employee_card_from_yaml_alone(self):
        profile = SOURCE / "tests" / "profile" / "employee-card"
        station = Station(self, "--parameters", "named", profile=profile)
        people = [
            {"order": "STAFF-1", "reason": "first-issue", "name": "OKAFOR, NGOZI", "department": "TOOLS & DIES", "staff": "1204"},
            {"order": "STAFF-2", "reason": "replacement", "name": "ŁUKASIK, ZOË", "staff": "77", "cards": "02"},
        ]
        batch = station.folder / "people.json"
        batch.write_text(json.dumps([{"hired": "2024-02-29", "until": "2029-02-28", **one} for one in people]))
        station.good("orders", "import", batch)
        cards = station.issue(2)
        anchor = as_pem(station.home / "keys" / "csca.crt", station.folder / "csca.pem")
        records = []
        for card, report in station.inspect_all(cards):
            self.assertEqual((report["verdict"], report["trust"], report["access"]), ("genuine", "specimen", ""), report)
            company = station.exported(card) / "company"
            command = ["openssl", "cms", "-verify", "-binary", "-inform", "DER", "-in", company / "SIGNATURE"]
            command += ["-content", company / "CARD", "-CAfile", anchor, "-purpose", "any", "-out", company / "signed"]
            done = run(command)
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertEqual((company / "signed").read_bytes(), (company / "CARD").read_bytes())
            self.assertEqual(
                (company / "SIGNER").read_bytes(), (station.home / "keys" / "document-signer.crt").read_bytes()
            )
            records.append((company / "CARD").read_text("ascii"))
            (company / "CARD").write_bytes(b"9" + (company / "CARD").read_bytes()[1:])
            self.assertNotEqual(run(command).returncode, 0)
        self.assertEqual(
            sorted(records),
            [
                f"{'77':>8}{'LUKASIK ZOE':<30}{'':<16}022024022920290228COMP    ",
                f"{'1204':>8}{'OKAFOR NGOZI':<30}{'TOOLS & DIES':<16}012024022920290228COMP    ",
            ],
        )


class ResidencePermit(unittest.TestCase):
    """icao-td1 on chips of the iso7816 platform, which open by what is printed on the card."""

    PRINTED = ("--number", "P26100041", "--born", "1989-07-06", "--expires", "2031-10-18")

    @classmethod
    def setUpClass(cls):
        cls.shared = cls("runTest")
        station = cls.station = Station(cls.shared, profile=PROFILES / "icao-td1")
        station.good("orders", "import", PROFILES / "icao-td1" / "sample" / "orders.json")
        cards = station.issue(2, platform="iso7816")
        cls.shared.assertEqual(len(cards), 2)
        cls.shared.assertEqual(station.check_ledger()["issued"], 2)
        chips = {line["order"]: line["chip"] for line in station.json_lines("orders", "result", "orders")}
        [cls.card] = [card for card in cards if card.stem == chips["SAMPLE-9301"]]
        cls.chips = station.serve()
        cls.chips.tell(f"insert 0 {cls.card.name}")

    @classmethod
    def tearDownClass(cls):
        cls.chips.stop()
        cls.shared.doCleanups()

    def runTest(self):
        pass

    def inspect(self, *options, station=None, hint=""):
        done = (station or self.station).perso("--json", "inspect", *options)
        self.assertIn(hint, done.stderr)
        self.assertEqual(done.stderr.count("\n"), 1 if hint else 0)
        report = json.loads(done.stdout)
        self.assertEqual(done.returncode, 0 if report["verdict"] == "genuine" else 1)
        return report

    def check_closed(self, report, says):
        self.assertEqual((report["verdict"], report["trust"], report["access"]), ("unreadable", "unknown", ""))
        self.assertEqual(failed_checks(report), ["access"])
        self.assertIn(says, checks_of(report)["access"]["detail"])
        self.assertEqual((report["files"], report["holder"], report["number"]), ([], {}, ""))

    def test_with_what_is_printed_on_it(self):
        folder = self.station.folder / "card"
        picture = self.station.folder / "portrait.jpg"
        report = self.inspect(*self.PRINTED, "--export", folder, "--portrait", picture)
        self.assertEqual((report["verdict"], report["edition"], report["access"]), ("genuine", "icao-td1", BAC), report)
        self.assertEqual(report["number"], "P26100041")
        self.assertEqual(report["holder"]["name"], "LINDGREN AASA MARIA")
        self.assertEqual(checks_of(report)["active authentication"]["result"], "passed")

        # The picture that stands on the chip, cut out of EF.DG2 by its own marks.
        face = (folder / "eMRTD" / "EF.DG2").read_bytes()
        self.assertEqual(picture.read_bytes(), face[face.index(b"\xff\xd8\xff") : face.rindex(b"\xff\xd9") + 2])
        self.assertEqual(picture.stat().st_mode & 0o777, 0o600)

    def test_what_is_printed_on_it_stands_in_the_ledger(self):
        for options in (self.PRINTED[:2], ("--order", "SAMPLE-9301")):
            self.assertEqual(self.inspect(*options)["verdict"], "genuine")

    def test_without_what_is_printed_on_it(self):
        """At a station that did not make the card."""
        stranger = Station(self, profile=PROFILES / "icao-td1")
        report = self.inspect(station=stranger, hint="give that: --can, or --number, --born and --expires, or --mrz")
        self.check_closed(report, "printed on the card are not given")

    def test_with_wrong_data(self):
        for place, wrong in ((1, "P26100042"), (3, "1989-07-07"), (5, "2031-10-19")):
            with self.subTest(wrong):
                printed = list(self.PRINTED)
                printed[place] = wrong
                self.check_closed(self.inspect(*printed), "")

    def test_with_half_of_it_or_no_date(self):
        for options in (self.PRINTED[:4], self.PRINTED[2:], (*self.PRINTED[:5], "18.10.2031")):
            with self.subTest(options):
                done = self.station.perso("inspect", *options)
                self.assertEqual((done.returncode, done.stdout), (2, ""))
                self.assertTrue(done.stderr.startswith("perso: usage: "), done.stderr)

    def test_opensc_sees_a_closed_chip(self):
        self.inspect(*self.PRINTED)  # waits until pcscd has seen the card
        select, *answers = send(READERS[0], SELECT_EMRTD, SELECT_COM, READ, "00B09E0000", "0084000008")
        self.assertEqual(select[0], "9000")
        self.assertEqual([status for status, _ in answers], ["6982", "6982", "6982", "9000"])
        self.assertEqual(len(answers[-1][1]), 8)
        # Nobody writes, and nobody makes the chip anew.
        answers = send(READERS[0], SELECT_EMRTD, "00D600000100", "00E0000006630401000120", "00DADEAD00")
        for status, _ in answers[1:]:
            self.assertNotEqual(status, "9000")


if __name__ == "__main__":
    main()
