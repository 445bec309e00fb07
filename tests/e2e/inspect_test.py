"""What `perso inspect` reads and exports, against independent programs: opensc-tool, openssl, hashlib."""

import re
import time
import unittest

from openssl import as_pem, digests_of_files, elements, group_digests, verify_sod
from station import READERS, Station, main, sample_orders, send

APPLICATIONS = {  # as the profile says: application identifier, and the file identifiers by name
    "eMRTD": (
        "A0000002471001",
        {
            "EF.COM": "011E",
            "EF.DG1": "0101",
            "EF.DG2": "0102",
            "EF.DG11": "010B",
            "EF.DG12": "010C",
            "EF.DG15": "010F",
            "EF.SOD": "011D",
        },
    ),
    "national": ("F0434E5052433233", {"TEXT": "0001", "PORTRAIT": "0002", "SIGNATURE": "0003"}),
}


def read_file(reader, aid, fid, size):
    """`size` bytes of a file and what comes after them, in short commands."""
    reads = [f"00B0{at:04X}{min(256, size - at) % 256:02X}" for at in range(0, size, 256)]
    answers = send(
        reader, f"00A4040C{len(aid) // 2:02X}{aid}", f"00A4020C02{fid}", *reads, f"00B0{size:04X}01"
    )
    assert all(status == "9000" for status, _ in answers[:-1]), answers
    return b"".join(data for _, data in answers[2:-1]), answers[-1][0]


class Inspect(unittest.TestCase):
    def export(self, station):
        """One issued card, inspected; the report and the folder with its files."""
        station.import_sample(1)
        card = station.issue(1)[0]
        folder = station.folder / "card"
        chips = station.serve()
        self.addCleanup(chips.stop)
        chips.tell(f"insert 1 {card.name}")
        report = station.json("inspect", "--writer", "writer-2", "--export", folder, "--portrait", station.folder / "portrait")
        self.assertTrue(report["passed"])
        self.assertEqual(report["number"], sample_orders()[0]["number"])
        return report, folder

    def test_each_file_is_exported_as_another_program_reads_it(self):
        station = Station(self)
        report, folder = self.export(station)
        self.assertEqual((station.folder / "portrait").read_bytes(), (folder / "national" / "PORTRAIT").read_bytes())
        listed = {(file["application"], file["name"]): file["bytes"] for file in report["files"]}
        self.assertEqual(set(listed), {(name, file) for name, (_, files) in APPLICATIONS.items() for file in files})
        for name, (aid, files) in APPLICATIONS.items():
            for file, fid in files.items():
                with self.subTest(file=f"{name}/{file}"):
                    exported = (folder / name / file).read_bytes()
                    self.assertEqual(len(exported), listed[name, file])
                    read, status_behind = read_file(READERS[1], aid, fid, len(exported))
                    self.assertEqual(exported, read)
                    self.assertEqual(status_behind, "6B00", "the file goes on behind what was exported")

    def check_digests(self, folder, content):
        """The LDS security object holds the digest of each exported data group, and of no other."""
        digests = group_digests(content.read_bytes())
        self.assertEqual(set(digests), {1, 2, 11, 12, 15})
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
        commands = ("00A4040C07A0000002471001", "00A4020C02011E", "00B0000000")
        during = 0
        with (
            station.serve(still.parent, slots=1, first_slot=1) as holding,
            station.serve(feed=True, slots=1, timing="contact") as encoding,
        ):
            holding.tell(f"insert 0 {card.name}")
            expected = station.json("inspect", "--writer", "writer-2")["files"][0]["bytes"]
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
