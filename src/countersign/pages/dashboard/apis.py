"""The APIs as the dashboard speaks of them: names, how their keys look, and a call to try."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Origin:
    """What else envelopes can come from, as people call it."""

    name: str


# No key opens these
OWN: Mapping[str, Origin] = {"dashboard": Origin("Dashboard")}


@dataclass(frozen=True, slots=True, kw_only=True)
class Api:
    """`api` is what its credentials are for; `prefix` begins a secret, `client_prefix` the id of a
    client; `has_test` says that keys may be for tests alone. `curl` is one call, with {url},
    {account}, {company}, {id} and {secret} in it."""

    name: str
    api: str
    curl: str
    prefix: str = ""
    has_test: bool = False
    client_prefix: str = ""


_SIGNICAT = (
    "curl -u {id}:{secret} -d grant_type=client_credentials -d scope=signicat-api"
    " {url}/auth/open/connect/token"
)
# By the name that envelopes have as their origin
APIS: Mapping[str, Api] = {
    "nextsign": Api(
        name="NextSign",
        api="nextsign",
        prefix="ns_",
        curl='curl -H "Authorization: Bearer {secret}" {url}/api/v2/{company}/cases/get',
    ),
    "signature-nc": Api(
        name="Signature.nc",
        api="signature-nc",
        has_test=True,
        curl='curl -H "Authorization: Bearer {secret}" {url}/api/v3/submissions',
    ),
    "signeum": Api(
        name="Signeum",
        api="signeum",
        prefix="ds_",
        curl='curl -H "Authorization: Bearer {secret}"'
        " {url}/api/v1/organizations/{account}/projects",
    ),
    "signicat-v1": Api(
        name="Signicat Sign v1",
        api="signicat",
        client_prefix="prod-",
        curl=_SIGNICAT,
    ),
    "signicat-v2": Api(
        name="Signicat Sign v2",
        api="signicat",
        client_prefix="prod-",
        curl=_SIGNICAT,
    ),
}
