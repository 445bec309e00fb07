"""What `perso inspect` opens, reads and exports, against independent programs: opensc-tool, openssl, hashlib."""

import json
import time
import unittest

from openssl import as_pem, digests_of_files, elements, group_digests, verify_sod
from station import FIRST_PORT, READERS, SOURCE, Station, Tap, checks_of, failed_checks, main, sample_orders, send

EMRTD = ("EF.COM", "EF.DG1", "EF.DG2", "EF.DG11", "EF.DG12", "EF.DG14", "EF.DG15", "EF.SOD")
FILES = {  # as the profile names them
    *(("eMRTD", name) for name in EMRTD),
    *(("national", name) for name in ("TEXT", "PORTRAIT", "SIGNATURE")),
    *(("master", name) for name in ("EF.CardAccess", "EF.CardSecurity")),
}
EMPLOYEE_CARD = SOURCE / "tests" / "profile" / "employee-card"
COMPANY = ("F0434F4D50414E59", {"CARD": "0001", "SIGNATURE": "0002", "SIGNER": "0003"})
BY_NUMBER = "PACE-ECDH-CAM-AES-CBC-CMAC-128 with the card access number"
BY_ZONE = "PACE-ECDH-CAM-AES-CBC-CMAC-128 with the machine readable zone"
HINT = "if the card opens by what is printed on it, give that: --can, or --number, --born and --expires, or --mrz"


def zone_in(data_group_1):
    [(_, zone)] = elements(data_group_1)
    return zone[3:].decode("ascii")


def read_file(reader, aid, fid, size):
    """`size` bytes of a file and what comes after them, in short commands."""
    reads = [f"00B0{at:04X}{min(256, size - at) % 256:02X}" for at in range(0, size, 256)]
    answers = send(
        reader, f"00A4040C{len(aid) // 2:02X}{aid}", f"00A4020C02{fid}", *reads, f"00B0{size:04X}01"
    )
    assert all(status == "9000" for status, _ in answers[:-1]), answers
    return b"".join(data for _, data in answers[2:-1]), answers[-1][0]


class Inspect(unittest.TestCase):
    def inserted(self, station, slot=0):
        """The last card of the line, in a reader."""
        card = sorted((station.chips / "out").glob("*.chip"))[-1]
        chips = station.serve()
        self.addCleanup(chips.stop)
        chips.tell(f"insert {slot} {card.name}")

    def export(self, station):
        """One issued card, inspected where it was made; the report and the folder with its files."""
        station.import_sample(1)
        station.issue(1)
        self.inserted(station)
        folder = station.folder / "card"
        report = station.json("inspect", "--export", folder, "--portrait", station.folder / "portrait")
        self.check_genuine(report, BY_NUMBER)
        return report, folder

    def check_genuine(self, report, access):
        self.assertEqual((report["verdict"], report["trust"]), ("genuine", "specimen"), report)
        self.assertEqual((report["edition"], report["access"]), ("prc-2023", access))
        self.assertEqual(report["number"], sample_orders()[0]["number"])
        self.assertEqual({check["result"] for check in report["checks"]}, {"passed"})
        self.assertEqual((report["tolerated"], report["interrupted"]), ([], ""))

    def test_what_opens_a_card(self):
        """The ledger, by the writer, the order or the number; or what is printed on the card."""
        station = Station(self)
        report, folder = self.export(station)
        self.assertEqual({(file["application"], file["name"]) for file in report["files"]}, FILES)
        for file in report["files"]:
            self.assertEqual((folder / file["application"] / file["name"]).stat().st_size, file["bytes"])
        self.assertEqual((station.folder / "portrait").read_bytes(), (folder / "national" / "PORTRAIT").read_bytes())
        for name in ("chip authentication", "active authentication", "EF.CardAccess against EF.CardSecurity"):
            self.assertEqual(checks_of(report)[name]["result"], "passed")

        [result] = station.json_lines("orders", "result", "sample")
        zone = zone_in((folder / "eMRTD" / "EF.DG1").read_bytes())
        born, expires = (f"{date[:4]}-{date[4:6]}-{date[6:]}" for date in self.dates(report))
        printed = ("--number", report["number"], "--born", born, "--expires", expires)
        for options, access in (
            (("--writer", "writer-1"), BY_NUMBER),
            (("--reader", READERS[0]), BY_NUMBER),
            (("--order", result["order"]), BY_NUMBER),
            (("--number", report["number"]), BY_NUMBER),
            (("--can", result["access_number"]), BY_NUMBER),
            (printed, BY_ZONE),
            (("--mrz", zone), BY_ZONE),
            (("--mrz", zone, "--can", result["access_number"]), BY_NUMBER),
        ):
            with self.subTest(options[0]):
                self.check_genuine(station.json("inspect", *options), access)
        lines = "\n".join(zone[at : at + 30] for at in (0, 30, 60))
        self.check_genuine(json.loads(station.good("--json", "inspect", "--mrz", "-", input=lines)), BY_ZONE)
        with self.subTest("for people"):
            shown = station.good("inspect").splitlines()
            self.assertEqual(shown[-1], "genuine, specimen")
            self.assertRegex(shown[-2], f"^edition prc-2023, opened by {BY_NUMBER}, in [0-9]+ ms$")

        seen = [event["body"] for event in station.events() if event["kind"] == "inspected"]
        self.assertEqual(len(seen), 11)
        said = {"edition": "prc-2023", "verdict": "genuine", "trust": "specimen", "reader": READERS[0]}
        for body in seen:
            access = body.pop("access")
            self.assertEqual((body, access in (BY_NUMBER, BY_ZONE)), (said, True))
        self.check_what_does_not_open(station, zone)

    def dates(self, report):
        return report["holder"]["full date of birth"], "20" + report["holder"]["expires"]

    def check_what_does_not_open(self, station, zone):
        for code, exit_code, options in (
            ("order-invalid", 3, ("--order", "NOBODY")),
            ("order-invalid", 3, ("--number", "932682198501010017")),
            ("usage", 2, ("--mrz", zone[:-1])),
            ("usage", 2, ("--can", "")),
            ("usage", 2, ("--can", "12345x")),
            ("usage", 2, ("--can", "123456", "--number", "932682198501010017")),
            ("usage", 2, ("--can", "123456", "--order", "NOBODY")),
            ("usage", 2, ("--mrz", zone[:9] + str((int(zone[9]) + 1) % 10) + zone[10:])),
        ):
            done = station.perso("inspect", *options)
            self.assertEqual((done.returncode, done.stdout, done.stderr.count("\n")), (exit_code, "", 1), done.stderr)
            self.assertTrue(done.stderr.startswith(f"perso: {code}: "), done.stderr)
        stranger = Station(self)
        done = stranger.perso("--json", "inspect")
        self.assertEqual((done.returncode, json.loads(done.stderr)), (1, {"warning": HINT}))
        report = json.loads(done.stdout)
        self.assertEqual((report["verdict"], report["trust"], report["access"]), ("unreadable", "unknown", ""))
        self.assertEqual(failed_checks(report), ["access"])
        self.assertEqual([file["name"] for file in report["files"]], ["EF.CardAccess"])
        self.assertEqual((report["holder"], report["number"]), ({}, ""))

    def test_each_file_is_exported_as_another_program_reads_it(self):
        """Of an edition that everybody may read."""
        station = Station(self, profile=EMPLOYEE_CARD)
        batch = station.folder / "people.json"
        person = {"order": "STAFF-1", "reason": "first-issue", "name": "OKAFOR, NGOZI", "staff": "1204"}
        batch.write_text(json.dumps([{**person, "hired": "2024-02-29", "until": "2029-02-28"}]))
        station.good("orders", "import", batch)
        station.issue(1)
        self.inserted(station, slot=1)
        report = station.json("inspect", "--writer", "writer-2", "--export", station.folder / "card")
        self.assertEqual((report["verdict"], report["access"]), ("genuine", ""))
        aid, files = COMPANY
        listed = {(file["application"], file["name"]): file["bytes"] for file in report["files"]}
        self.assertEqual(set(listed), {("company", name) for name in files})
        for name, fid in files.items():
            with self.subTest(file=name):
                exported = (station.folder / "card" / "company" / name).read_bytes()
                self.assertEqual(len(exported), listed["company", name])
                read, status_behind = read_file(READERS[1], aid, fid, len(exported))
                self.assertEqual(exported, read)
                self.assertEqual(status_behind, "6B00", "the file goes on behind what was exported")

    def test_for_readers_of_short_commands(self):
        """With `command_limit: 255` a card is made, opened and read in commands of at most 255 bytes of data and answers of at
        most 256; else it is not."""
        station = Station(self)
        station.import_sample(1)
        [card] = station.make_chips(1)
        with Tap(FIRST_PORT) as tap, station.serve(slots=1, port=tap.port) as chips:
            station.configure(command_limit="255")
            chips.tell(f"insert 0 {card.name}")
            station.good("run", "--writer", "writer-1", "--count", "1")
            self.check_genuine(station.json("inspect"), BY_NUMBER)
            self.assertGreater(len(tap.commands), 500)
            self.assertLessEqual(max(map(len, tap.commands)), 5 + 255 + 1)
            self.assertLessEqual(max(map(len, tap.answers)), 256 + 2)
            station.configure(command_limit="65535")
            self.check_genuine(station.json("inspect"), BY_NUMBER)
            self.assertGreater(max(map(len, tap.answers)), 10_000)

    def check_digests(self, folder, content):
        """The LDS security object holds the digest of each exported data group, and of no other."""
        digests = group_digests(content.read_bytes())
        self.assertEqual(set(digests), {1, 2, 11, 12, 14, 15})
        self.assertEqual(digests, digests_of_files(folder))

    def test_openssl_verifies_the_signature_with_explicit_parameters(self):
        station = Station(self)
        _, folder = self.export(station)
        content = station.folder / "lds"
        done = verify_sod(folder, content, "-noverify")  # OpenSSL 3 refuses such a chain, not the signature
        self.assertEqual(done.returncode, 0, done.stderr)
        self.check_digests(folder, content)
        anchor = as_pem(station.home / "keys" / "csca.crt", station.folder / "csca.pem")
        self.assertNotEqual(verify_sod(folder, content, "-CAfile", anchor, "-purpose", "any").returncode, 0)

        sod = folder / "eMRTD" / "EF.SOD"
        signed = sod.with_name("EF.SOD.p7")
        self.assertEqual(elements(sod.read_bytes()), [(0x77, signed.read_bytes())])
        damaged = bytearray(signed.read_bytes())
        damaged[-1] ^= 1  # in the signature's last integer
        signed.write_bytes(damaged)
        self.assertNotEqual(verify_sod(folder, content, "-noverify").returncode, 0)

    def test_opensc_talks_to_one_slot_while_another_is_encoded(self):
        station = Station(self)
        station.import_sample(3)
        card = station.issue(1)[0]
        still = station.folder / "still" / "stack"
        still.mkdir(parents=True)
        card.rename(still / card.name)
        station.make_chips(2)
        commands = ("00A4000C023F00", "00A4020C02011C", "00B0000000")  # EF.CardAccess
        during = 0
        with (
            station.serve(still.parent, slots=1, first_slot=1) as holding,
            station.serve(feed=True, slots=1, timing="contact") as encoding,
        ):
            holding.tell(f"insert 0 {card.name}")
            report = station.json("inspect", "--writer", "writer-2", "--order", sample_orders()[0]["order"])
            [expected] = [file["bytes"] for file in report["files"] if file["name"] == "EF.CardAccess"]
            line = station.start("run", "--writer", "writer-1")
            while line.poll() is None:
                in_work = "personalizing" in encoding.tell("list")
                *_, (status, data) = send(READERS[1], *commands)
                self.assertEqual((status, len(data)), ("9000", expected))
                during += in_work and "personalizing" in encoding.tell("list")
                time.sleep(0.5)  # opensc-tool powers every reader's card on: a card has to have time to leave
            output, errors = line.communicate()
        self.assertEqual(line.returncode, 0, output + errors)
        self.assertEqual(output.splitlines()[-1], "issued 2 of 2, verified 2, rejected 0, spoiled 0")
        self.assertGreater(during, 0, "no conversation while a card was in work")


if __name__ == "__main__":
    main()
