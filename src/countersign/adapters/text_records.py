"""TXT records by DNS. Imported when somebody asks (mail_domain.py): the library is large."""

from __future__ import annotations

from collections.abc import Sequence

import dns.exception
import dns.resolver

from countersign.adapters.mail_domain import Unanswered


class TextRecords:
    """`server` is address and port, None for the machine's own; `limit_s` bounds one question."""

    def __init__(self, server: tuple[str, int] | None, limit_s: float) -> None:
        self._server, self._limit = server, limit_s

    def texts(self, name: str) -> Sequence[str]:
        """Those of a name, each in one piece (RFC 7208, 3.3). Raises Unanswered."""
        try:
            answer = self._resolver().resolve(name, "TXT", lifetime=self._limit)
        except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
            return ()
        except dns.exception.DNSException as problem:
            raise Unanswered(_why(problem)) from None
        return [b"".join(one.strings).decode("utf-8", "replace") for one in answer]

    def exists(self, name: str) -> bool:
        """Whether anything is at this name or below it (RFC 8020). Raises Unanswered."""
        try:
            self._resolver().resolve(name, "TXT", lifetime=self._limit)
        except dns.resolver.NXDOMAIN:
            return False
        except dns.resolver.NoAnswer:
            return True
        except dns.exception.DNSException as problem:
            raise Unanswered(_why(problem)) from None
        return True

    def _resolver(self) -> dns.resolver.Resolver:
        """Raises dns.exception.DNSException on a machine that has none."""
        made = dns.resolver.Resolver(configure=self._server is None)
        if self._server:
            host, made.port = self._server
            made.nameservers = [host]
        made.timeout = self._limit / 2
        return made


def _why(problem: dns.exception.DNSException) -> str:
    if isinstance(problem, dns.exception.Timeout):
        return "it took too long"
    if isinstance(problem, dns.resolver.NoResolverConfiguration):
        return "this machine has no DNS server"
    return "no server gave an answer that can be used"
