"""eIDs whose providers speak OpenID Connect (Core 1.0, Discovery 1.0): the relying party's side.

Authorization code flow with PKCE (RFC 7636) and a client secret. The issuer is chosen by the
operator, everything else is read from it.
"""
