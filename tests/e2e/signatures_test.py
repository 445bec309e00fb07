"""The whole sample batch, and openssl's opinion on both signatures of each card."""

import unittest

from openssl import NationalSignature, as_pem, digests_of_files, group_digests, verify_sod
from station import Station, main, sample_orders


class Signatures(unittest.TestCase):
    def test_openssl_agrees_with_both_signatures_of_each_card(self):
        station = Station(self, "--parameters", "named")
        self.content = station.folder / "lds"
        station.import_sample()
        cards = station.issue(len(sample_orders()))
        anchors = self.anchors(station)
        numbers = []
        for card, report in station.inspect_all(cards):
            with self.subTest(card=card.name):
                self.assertEqual((report["verdict"], report["trust"]), ("genuine", "specimen"))
                self.check_sod(station.exported(card), anchors)
                self.check_national(station.exported(card), anchors)
                numbers.append(report["number"])
        self.assertEqual(sorted(numbers), sorted(order["number"] for order in sample_orders()))

        first, second = station.exported(cards[0]), station.exported(cards[1])
        self.check_that_a_change_is_refused(first, anchors)
        with self.subTest("of another card"):
            others = (second / "national" / "TEXT").read_bytes()
            portrait = (first / "national" / "PORTRAIT").read_bytes()
            self.refused(NationalSignature(first).verify(others + portrait))
        with self.subTest("another station's authorities"):
            strangers = self.anchors(Station(self, "--parameters", "named"))
            self.refused(verify_sod(first, self.content, "-CAfile", strangers["csca"], "-purpose", "any"))
            self.refused(NationalSignature(first).verify_certificate(strangers["national-csca"]))

    def anchors(self, station):
        names = ("csca", "national-csca")
        return {name: as_pem(station.home / "keys" / f"{name}.crt", station.folder / f"{name}.pem") for name in names}

    def agreed(self, done):
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def refused(self, done):
        self.assertNotEqual(done.returncode, 0, done.stdout + done.stderr)

    def check_sod(self, card, anchors):
        self.agreed(verify_sod(card, self.content, "-CAfile", anchors["csca"], "-purpose", "any"))
        digests = group_digests(self.content.read_bytes())
        self.assertEqual(set(digests), {1, 2, 11, 12, 14, 15})
        self.assertEqual(digests, digests_of_files(card))

    def signed_files(self, card):
        return [(card / "national" / name).read_bytes() for name in ("TEXT", "PORTRAIT")]

    def check_national(self, card, anchors):
        signature = NationalSignature(card)
        self.agreed(signature.verify(b"".join(self.signed_files(card))))
        self.agreed(signature.verify_certificate(anchors["national-csca"]))

    def check_that_a_change_is_refused(self, card, anchors):
        """One bit of what was signed, of the signatures, of a certificate; and the files the other way round."""
        signature = NationalSignature(card)
        text, portrait = self.signed_files(card)
        for what, content in (
            ("the record's first byte", changed(text, 0) + portrait),
            ("the portrait's last byte", text + changed(portrait, -1)),
            ("the order", portrait + text),
        ):
            with self.subTest(what):
                self.refused(signature.verify(content))
        with self.subTest("the national signature"):
            other = NationalSignature(card)
            other.value = changed(other.value, -1)
            self.refused(other.verify(text + portrait))
        with self.subTest("its signer's certificate"):
            other = NationalSignature(card)
            other.certificate = changed(other.certificate, -1)
            self.refused(other.verify_certificate(anchors["national-csca"]))
        with self.subTest("a data group"):
            group = card / "eMRTD" / "EF.DG11"
            group.write_bytes(changed(group.read_bytes(), -1))
            self.agreed(verify_sod(card, self.content, "-CAfile", anchors["csca"], "-purpose", "any"))
            self.assertNotEqual(group_digests(self.content.read_bytes()), digests_of_files(card))
        with self.subTest("EF.SOD"):
            signed = card / "eMRTD" / "EF.SOD.p7"
            signed.write_bytes(changed(signed.read_bytes(), -1))
            self.refused(verify_sod(card, self.content, "-CAfile", anchors["csca"], "-purpose", "any"))


def changed(contents, at):
    damaged = bytearray(contents)
    damaged[at] ^= 1
    return bytes(damaged)


if __name__ == "__main__":
    main()
