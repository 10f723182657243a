"""EncryptedAssertion: what is encrypted for nobody, by nobody's leave, or broken."""

from toolbox import *


def cases():
    return []
