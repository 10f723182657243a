"""Makes common.txt of a wheel of Django; README.md says how and under which licence."""

import gzip
import sys
import zipfile

LIST = "django/contrib/auth/common-passwords.txt.gz"


def usable(word: str) -> bool:
    printable = all("!" <= char <= "~" for char in word)
    return printable and 4 <= len(word) <= 32 and any(char.isalnum() for char in word)


with zipfile.ZipFile(sys.argv[1]) as wheel:
    words = gzip.decompress(wheel.read(LIST)).decode().splitlines()
for word in sorted({word.strip().casefold() for word in words if usable(word.strip().casefold())}):
    print(word)
