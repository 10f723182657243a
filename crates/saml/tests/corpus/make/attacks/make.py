"""Writes the attack cases of the corpus anew, with fresh keys that are not kept.

    python3 -m venv venv && venv/bin/pip install lxml cryptography
    venv/bin/python crates/saml/tests/corpus/make/attacks/make.py

Every folder that it made before is taken away first: `cases.txt` lists them.
"""

import shutil
import sys

import accepted
import algorithms
import encryption
import fields
import markup
import signatures
import text
import toolbox
import wrapping

CORPUS = toolbox.TESTS / "corpus"
LIST = CORPUS / "make" / "attacks" / "cases.txt"


def main():
    modules = [signatures, wrapping, algorithms, text, markup, fields, accepted, encryption]
    cases = [case for module in modules for case in module.cases()]
    names = [f"{case.folder}/{case.name}" for case in cases]
    twice = {name for name in names if names.count(name) > 1}
    if twice:
        sys.exit(f"two cases of one name: {sorted(twice)}")
    if LIST.exists():
        for name in LIST.read_text().split():
            shutil.rmtree(CORPUS / name, ignore_errors=True)
    for case in cases:
        case.write(CORPUS)
    LIST.write_text("".join(name + "\n" for name in sorted(names)))
    for folder in ("accept", "reject"):
        print(folder, sum(name.startswith(folder) for name in names))


main()
