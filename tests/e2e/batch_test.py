"""The sample batch on two writers, from the import to the report."""

import unittest

from station import SAMPLE, Station, main, sample_orders


class Batch(unittest.TestCase):
    def test_the_sample_batch_on_two_writers(self):
        station = Station(self)
        count = len(sample_orders())
        station.good("orders", "import", SAMPLE / "orders.csv")
        station.make_chips(count)
        with station.serve(feed=True):
            lines = station.good("run").splitlines()
        self.assertEqual(lines[-1], f"issued {count} of {count}, verified {count}, rejected 0, spoiled 0")
        for writer in ("writer-1", "writer-2"):
            self.assertTrue(any(line.startswith(f"{writer}: order ") for line in lines), f"{writer} made no card")

        totals = station.check_ledger()
        self.assertEqual((totals["orders"], totals["queued"], totals["drawn"], totals["issued"]), (count, 0, count, count))
        orders = station.json_lines("orders", "list")
        self.assertEqual([order["order"] for order in orders], [order["order"] for order in sample_orders()])
        self.assertEqual({order["state"] for order in orders}, {"issued"})

        again = station.perso("run")
        self.assertEqual((again.returncode, again.stderr), (0, ""))
        self.assertIn("the queue is empty", again.stdout)
        self.assertEqual(again.stdout.splitlines()[-1], "issued 0 of 0, verified 0, rejected 0, spoiled 0")


if __name__ == "__main__":
    main()
