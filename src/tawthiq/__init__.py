"""Tawthiq turns conflict reporting, Arabic first, into an attributed record of claims and incidents.

The rooms of the package are described in CONTRIBUTING.md; `tawthiq --help` lists the commands.
"""

__version__ = "0.1.0"
