"""Batches: taken in from CSV and JSON, refused with all their faults, and answered with their result."""

import csv
import hashlib
import io
import json
import unittest

from station import Station, main, sample_orders

BAD_ROWS = {  # by place in the sample: what is changed, and each fault that is told of it
    2: ({"number": "931276197912050351"}, ["field number has a check character"]),
    4: ({"sex": "X", "nationality": "IRE"}, ["field sex is neither M nor F", "field nationality"]),
    6: ({"portrait": "nothing.jpg"}, ["field portrait names no file"]),
    8: ({"order": "SAMPLE-0008"}, ["order SAMPLE-0008 was imported before"]),
}


def sample_with_faults():
    orders = sample_orders()
    for place, (change, _) in BAD_ROWS.items():
        orders[place].update(change)
    return orders


class Import(unittest.TestCase):
    def states(self, station):
        return {line["order"]: line["state"] for line in station.json_lines("orders", "list")}

    def test_json_says_the_same_as_csv(self):
        """An array of objects, and objects one after the other; an empty value may be left out."""
        orders = [{name: value for name, value in order.items() if value} for order in sample_orders()]
        for name, text in (
            ("array.json", json.dumps(orders, ensure_ascii=False)),
            ("lines.jsonl", "\n".join(json.dumps(order) for order in orders)),
        ):
            with self.subTest(name):
                station = Station(self)
                file = station.write_batch("sample", sample_orders()).with_name(name)
                file.write_text(text, encoding="utf-8")
                self.assertEqual(
                    station.json("orders", "import", file),
                    {"batch": file.stem, "orders": len(orders), "rejected": 0},
                )
                self.assertEqual(list(self.states(station)), [order["order"] for order in orders])
                lines = station.json_lines("orders", "result", file.stem)
                self.assertEqual([line["number"] for line in lines], [order["number"] for order in orders])

    def test_all_faults_at_once_and_nothing_taken(self):
        station = Station(self)
        batch = station.write_batch("bad", sample_with_faults())
        done = station.perso("orders", "import", batch)
        self.assertEqual((done.returncode, done.stdout), (3, ""))
        expected = [(place + 2, fault) for place, (_, faults) in BAD_ROWS.items() for fault in faults]
        lines = done.stderr.removeprefix("perso: order-invalid: ").splitlines()
        self.assertEqual(len(lines), len(expected), done.stderr)
        for line, (row, fault) in zip(lines, expected):
            self.assertTrue(line.startswith(f"{batch} row {row} (SAMPLE-"), line)
            self.assertIn(fault, line)
        self.assertEqual(self.states(station), {})

    def test_the_good_are_taken_and_the_others_come_back_mended(self):
        station = Station(self)
        sample = sample_orders()
        batch = station.write_batch("first", sample_with_faults())
        rejects = batch.with_name("rejects.csv")
        done = station.json("orders", "import", batch, "--batch", "first", "--keep-going", "--rejects", rejects)
        self.assertEqual(done, {"batch": "first", "orders": len(sample) - len(BAD_ROWS), "rejected": len(BAD_ROWS)})
        self.assertEqual(rejects.stat().st_mode & 0o777, 0o600)
        taken = self.states(station)

        with open(rejects, encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        self.assertEqual(len(rows), len(BAD_ROWS))
        for row, (place, (change, faults)) in zip(rows, BAD_ROWS.items()):
            self.assertTrue(row["reasons"].startswith(f"{batch} row {place + 2} ("), row)
            for fault in faults:
                self.assertIn(fault.removeprefix("field "), row["reasons"])
            self.assertEqual({name: row[name] for name in sample[0]}, {**sample[place], **change})
            row.update(sample[place])
        with open(rejects, "w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)  # with the reasons, which are not looked at
        station.good("orders", "import", rejects, "--batch", "second")
        self.assertEqual(set(self.states(station)) - set(taken), {sample[place]["order"] for place in BAD_ROWS})
        self.assertEqual(station.check_ledger()["orders"], len(sample))

        again = station.perso("orders", "import", batch, "--batch", "third", "--keep-going", "--rejects", rejects)
        self.assertEqual(again.returncode, 2, "a file of refused rows is never written over")

    def test_the_file_for_the_others_stands_beside_the_batch_and_only_when_there_are_others(self):
        station = Station(self)
        sample = sample_orders()
        batch = station.write_batch("all-good", sample[:2])
        rejects = batch.with_name("rejects.csv")
        apart = station.folder / "apart"
        apart.mkdir()
        done = station.perso(
            "orders", "import", batch, "--batch", "a", "--keep-going", "--rejects", apart / "rejects.csv"
        )
        self.assertEqual(done.returncode, 2, done.stderr)
        self.assertIn("batch's own folder", done.stderr)
        station.good("orders", "import", batch, "--batch", "a", "--keep-going", "--rejects", rejects)
        self.assertFalse(rejects.exists())
        # The ledger refuses the batch's name.
        bad = station.write_batch("bad", [dict(sample[3], sex="Q"), sample[4]])
        rejects = bad.with_name("rejects.csv")
        done = station.perso("orders", "import", bad, "--batch", "a", "--keep-going", "--rejects", rejects)
        self.assertEqual(done.returncode, 3, done.stderr)
        self.assertFalse(rejects.exists())
        done = station.perso("orders", "import", bad, "--batch", "a b")
        self.assertEqual(done.returncode, 2, done.stderr)

    def test_keep_going_wants_a_file_for_the_others(self):
        station = Station(self)
        batch = station.write_batch("sample", sample_orders())
        for options in (["--keep-going"], ["--rejects", station.folder / "rejects.csv"]):
            done = station.perso("orders", "import", batch, *options)
            self.assertEqual((done.returncode, done.stderr.count("\n")), (2, 1), done.stderr)
        self.assertEqual(self.states(station), {})

    def test_what_was_taken_is_refused_by_name(self):
        station = Station(self)
        sample = sample_orders()
        station.import_orders("sample", sample)
        other = [dict(sample[0], order="OTHER-1")]
        for name, orders, batch, says in (
            ("again", sample, "sample", ["batch sample was imported before"]),
            ("renamed", sample, "renamed", [f"order {order['order']} was imported before" for order in sample]),
            ("number", other, "number", ["row 2 (OTHER-1): ", "order SAMPLE-0001"]),
        ):
            with self.subTest(name):
                done = station.perso("orders", "import", station.write_batch(name, orders), "--batch", batch)
                self.assertEqual(done.returncode, 3)
                self.assertTrue(done.stderr.startswith("perso: order-duplicate: "), done.stderr)
                for text in says:
                    self.assertIn(text, done.stderr)
                self.assertNotIn(orders[0]["number"], done.stderr)
        self.assertEqual(list(self.states(station)), [order["order"] for order in sample])


class Result(unittest.TestCase):
    def test_a_batch_is_answered_and_then_forgotten(self):
        """One order whose access number is drawn and one whose is given are made, the third stays in the queue."""
        station = Station(self)
        station.configure(holder_data_days="0")
        orders = sample_orders()[15:18]
        given = orders[1]["access_number"]
        self.assertEqual([order["access_number"] for order in orders], ["", given, ""])
        station.import_orders("three", orders)
        cards = station.issue(2)

        # More than `holder_data_days` after their issue, and not delivered: nothing is forgotten by the next line.
        self.start_and_end_a_line(station)
        file = station.folder / "result.csv"
        self.assertIn("2 of 3", station.good("orders", "result", "three", "--out", file))
        self.assertEqual(file.stat().st_mode & 0o777, 0o600)
        self.assertEqual(station.perso("orders", "result", "three", "--out", file).returncode, 2, "written over")
        lines = list(csv.DictReader(io.StringIO(file.read_text(encoding="utf-8"))))
        self.assertEqual(station.json_lines("orders", "result", "three"), lines)
        self.assertEqual([line["order"] for line in lines], [order["order"] for order in orders])
        self.assertEqual([line["state"] for line in lines], ["issued", "issued", "queued"])
        self.assertEqual([line["outcome"] for line in lines], ["issued", "issued", ""])
        self.assertEqual([line["number"] for line in lines], [order["number"] for order in orders])
        self.assertEqual({line["chip"] for line in lines[:2]}, {card.stem for card in cards})
        self.assertRegex(lines[0]["access_number"], r"^[0-9]{6}$")
        self.assertEqual(lines[1]["access_number"], given)
        for field in ("chip", "sod_digest", "access_number"):
            self.assertEqual(lines[2][field], "", field)
        self.check_cards(station, cards, lines)

        # Delivered: the next line forgets, and the result has no more to tell of the two.
        self.start_and_end_a_line(station)
        later = station.json_lines("orders", "result", "three")
        self.assertEqual([line["state"] for line in later], ["issued", "issued", "queued"])
        for line in later[:2]:
            self.assertEqual((line["number"], line["access_number"], line["sod_digest"]), ("", "", ""))
        self.assertEqual(later[2]["number"], orders[2]["number"])
        station.check_ledger()

    def start_and_end_a_line(self, station):
        """A line that no card comes to."""
        done = station.perso("run", "--writer", "writer-1", "--wait", "1")
        self.assertEqual(done.returncode, 4, done.stderr)

    def check_cards(self, station, cards, lines):
        """What the result says is what is on the chips; the access number is in none of their files."""
        of_chip = {line["chip"]: line for line in lines}
        for card, report in station.inspect_all(cards):
            line = of_chip[card.stem]
            self.assertEqual(report["number"], line["number"])
            folder = station.exported(card)
            sod = (folder / "eMRTD" / "EF.SOD").read_bytes()
            self.assertEqual(line["sod_digest"].lower(), hashlib.sha256(sod).hexdigest())
            for file in folder.rglob("*"):
                if file.is_file():
                    for form in ("ascii", "utf-16le"):
                        self.assertNotIn(line["access_number"].encode(form), file.read_bytes(), file.name)

    def test_no_such_batch(self):
        station = Station(self)
        done = station.perso("orders", "result", "nothing")
        self.assertEqual((done.returncode, done.stdout, done.stderr.count("\n")), (2, "", 1), done.stderr)


if __name__ == "__main__":
    main()
