"""Seal a file under a passphrase, and open it again, with age's formats and without holding the file in memory.

A sealed file is a zip of `data.age`, encrypted to a key made for it, and `key.age`, that key encrypted to the passphrase: what the
`age` program can open too, should this one be lost.
"""

from __future__ import annotations

import shutil
import zipfile
from pathlib import Path

import pyrage

_DATA, _KEY, _READ_ME = "data.age", "key.age", "READ-ME.txt"
_HOW = """This file was sealed by Tawthiq with age (age-encryption.org).
To open it without Tawthiq:
  age --decrypt --output key.txt key.age      (asks for the passphrase)
  age --decrypt --identity key.txt --output data.zip data.age
"""
SHORTEST = 12


class WrongPassphrase(ValueError):  # noqa: N818 - what the person gave, not our error
    """The passphrase does not open the file."""


def seal(plain: Path, target: Path, passphrase: str) -> None:
    """Write `plain` sealed to `target`; raises ValueError for a passphrase of fewer than 12 signs."""
    if len(passphrase) < SHORTEST:
        raise ValueError(f"a passphrase has at least {SHORTEST} signs")
    identity = pyrage.x25519.Identity.generate()
    partial = target.with_name(target.name + ".part")
    try:
        with zipfile.ZipFile(partial, "w", zipfile.ZIP_STORED) as packed:
            packed.writestr(_READ_ME, _HOW)
            packed.writestr(_KEY, pyrage.passphrase.encrypt(f"{identity}\n".encode(), passphrase))
            with plain.open("rb") as source, packed.open(_DATA, "w", force_zip64=True) as out:
                pyrage.encrypt_io(source, out, [identity.to_public()])
        partial.replace(target)
    finally:
        partial.unlink(missing_ok=True)


def is_sealed(path: Path) -> bool:
    """Say whether a file is one that `seal` wrote."""
    if not zipfile.is_zipfile(path):
        return False
    with zipfile.ZipFile(path) as packed:
        return {_DATA, _KEY} <= set(packed.namelist())


def unseal(sealed: Path, target: Path, passphrase: str) -> None:
    """Write what a sealed file holds to `target`; raises WrongPassphrase, and ValueError for what is no sealed file."""
    if not is_sealed(sealed):
        raise ValueError("this is no sealed file")
    partial = target.with_name(target.name + ".part")
    try:
        with zipfile.ZipFile(sealed) as packed:
            try:
                words = pyrage.passphrase.decrypt(packed.read(_KEY), passphrase)
            except pyrage.DecryptError:
                raise WrongPassphrase("the passphrase does not open it") from None
            identity = pyrage.x25519.Identity.from_str(words.decode().strip())
            try:
                with packed.open(_DATA) as source, partial.open("wb") as out:
                    pyrage.decrypt_io(source, out, [identity])
            except (pyrage.DecryptError, zipfile.BadZipFile, OSError) as error:
                raise ValueError(f"the sealed file is damaged: {error}") from None
        shutil.move(partial, target)
    finally:
        partial.unlink(missing_ok=True)
