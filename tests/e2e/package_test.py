"""The installed package: a program of somebody else's is built against it alone, and judges a card of the kit."""

import os
import shutil
import tempfile
import unittest
from pathlib import Path

from station import PROFILE, READERS, SOURCE, Sample, Station, main, run

BUILD = Path(os.environ.get("PERSO_BUILD", "build"))


def cached(name):
    """A setting of the build whose package it is."""
    for line in (BUILD / "CMakeCache.txt").read_text().splitlines():
        if line.startswith(name + ":"):
            return line.partition("=")[2]
    return ""


class Package(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = Path(tempfile.mkdtemp(prefix="perso-e2e-"))
        cls.addClassCleanup(shutil.rmtree, cls.folder)
        cls.prefix, build = cls.folder / "prefix", cls.folder / "build"
        # Away from the project: nothing of it is to be found by a path beside it.
        source = shutil.copytree(SOURCE / "tests" / "package", cls.folder / "source")
        cls.do("cmake", "--install", BUILD, "--prefix", cls.prefix)
        settings = {
            "CMAKE_PREFIX_PATH": cls.prefix,
            "CMAKE_CXX_COMPILER": cached("CMAKE_CXX_COMPILER"),
            "CMAKE_CXX_FLAGS": f"-fsanitize={cached('PERSO_SANITIZE')}" if cached("PERSO_SANITIZE") else "",
            "CMAKE_CXX_COMPILER_LAUNCHER": cached("CCACHE") if os.access(cached("CCACHE"), os.X_OK) else "",
        }
        cls.do("cmake", "-G", "Ninja", "-S", source, "-B", build, *(f"-D{name}={value}" for name, value in settings.items()))
        cls.do("cmake", "--build", build)
        cls.program = build / "inspect_document"

    @classmethod
    def do(cls, *command):
        done = run(command)
        if done.returncode != 0:
            raise AssertionError(f"{command}: {done.stdout}{done.stderr}")

    def test_the_package_stands_for_itself(self):
        for file in self.prefix.rglob("*.cmake"):
            self.assertNotIn(str(SOURCE), file.read_text(), file.name)

    def test_it_has_the_headers_that_its_users_include_alone(self):
        headers = {str(file.relative_to(self.prefix / "include" / "perso")) for file in self.prefix.rglob("*.hpp")}
        self.assertLessEqual({"inspect/inspect.hpp", "edition/promises.hpp", "pcsc/writer.hpp"}, headers)
        self.assertFalse({"inspect/visit.hpp", "crypto/botan.hpp", "profile/reading.hpp"} & headers)

    def test_it_recognises_the_editions_that_it_is_given(self):
        with Sample(Station(self), "valid-2023") as sample:
            command = [self.program, READERS[0], sample.trust, sample.told["access_number"]]
            for editions, name in (("prc-2017", "prc-2023", "icao-td1"), ", prc-2023"), (("icao-td1",), ""):
                done = run([*command, *(SOURCE / "profiles" / edition for edition in editions)])
                self.assertEqual((done.returncode, done.stderr, done.stdout), (0, "", f"genuine, specimen{name}\n"))
            done = run([*command, SOURCE / "profiles" / "prc-2017"])  # which has the same zone, and another application
            self.assertEqual((done.returncode, done.stderr), (1, ""))
            self.assertTrue(done.stdout.endswith("\nunreadable, specimen\n"), done.stdout)

    def test_it_judges_a_sample(self):
        with Sample(Station(self), "valid-2023") as sample:
            number = sample.told["access_number"]
            wrong = str((int(number) + 1) % 1_000_000).zfill(6)
            for access_number, code, last, first, edition in (
                (number, 0, "genuine, specimen", "", []),
                (number, 0, "genuine, specimen, prc-2023", "", [PROFILE]),
                (wrong, 1, "unreadable, unknown", "failed: access: ", []),
            ):
                done = run([self.program, READERS[0], sample.trust, access_number, *edition])
                lines = done.stdout.splitlines()
                self.assertEqual((done.returncode, done.stderr, lines[-1]), (code, "", last), done.stdout)
                self.assertTrue(lines[0].startswith(first))
                self.assertNotIn(access_number, done.stdout)
        with Sample(Station(self), "unknown-signer") as sample:
            done = run([self.program, READERS[0], sample.trust, sample.told["access_number"]])
            self.assertEqual((done.returncode, done.stdout.splitlines()[-1]), (1, "not trusted, unknown"))


if __name__ == "__main__":
    main()
