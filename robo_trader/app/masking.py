"""Takes out of text what must not leave the machine: account numbers, secrets, and whose machine it is."""

import re
from collections.abc import Iterable
from pathlib import Path

MASK = "***"
_ACCOUNT = re.compile(r"\b(?:DU|DF|[UF])\d{4,9}\b")
# What looks like a secret by the name before it: a key, a token, a password, as TOML, JSON and headers write it.
_NAMED = re.compile(
    r"""(?ix) ( (?:password|passwd|secret|token|api[_-]?key|key[_-]?id|login[_-]?code|authorization|cookie|ticket)
    ["']? \s* [:=] \s* ["']? (?:(?:bearer|basic)\s+)? ) (?! null | [\[{] ) [^\s"',;}]+"""
)
_IN_ADDRESS = re.compile(r"(?i)(\b[a-z][a-z0-9+.-]*://)[^\s/@]+@")
_LENGTH_MIN = 4  # a shorter secret would take words apart


class Masking:
    """The same account is the same word in everything that goes through it."""

    def __init__(self, accounts: Iterable[str], secrets: Iterable[str], home: Path) -> None:
        """accounts: known to be some, beside those that look it. home: the user's folder."""
        self._accounts: dict[str, str] = {}
        for account in accounts:
            self._named(account)
        self._secrets = sorted((one for one in secrets if len(one) >= _LENGTH_MIN), key=len, reverse=True)
        self._home = str(home)

    def apply(self, text: str) -> str:
        """Return the text without them."""
        for secret in self._secrets:
            text = text.replace(secret, MASK)
        text = _IN_ADDRESS.sub(rf"\g<1>{MASK}@", _NAMED.sub(rf"\g<1>{MASK}", text))
        for account in sorted(self._accounts, key=len, reverse=True):
            text = text.replace(account, self._accounts[account])
        text = _ACCOUNT.sub(lambda found: self._named(found[0]), text)
        return text.replace(self._home, "~") if len(self._home) > 1 else text

    def _named(self, account: str) -> str:
        return self._accounts.setdefault(account, f"ACCOUNT-{len(self._accounts) + 1}")
