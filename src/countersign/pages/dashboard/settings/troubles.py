"""What is said of a provider that does not do what it should."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from countersign.usecases.trial_port import Trial, Trouble


def _(text: str) -> str:
    return text


TROUBLES: Mapping[Trouble, str] = {
    Trouble.SILENT: _(
        "The provider does not answer. Check the issuer's address, and whether this server may call"
        " it; if both are right, it is the provider's side."
    ),
    Trouble.INSIDE: _(
        "This address is inside the server's own network, where members may not send it. Whoever"
        " looks after the server can add this provider: countersign identity add."
    ),
    Trouble.NOTHING_PUBLISHED: _(
        "The provider does not publish itself under this issuer. Write the issuer exactly as its"
        " /.well-known/openid-configuration does; mind a slash at the end."
    ),
    Trouble.CLIENT: _(
        "The provider does not accept this client. Client ID or secret are wrong, or belong to"
        " another environment of the provider."
    ),
    Trouble.GRANT: _(
        "The provider takes back what it has just given. Most often the redirect URI that is"
        " registered there is another one. It must be: {redirect_uri}"
    ),
    Trouble.CLOCK: _(
        "The provider's time and this server's differ by more than a minute. Set this server's"
        " clock by NTP; if it is right, tell the provider."
    ),
    Trouble.LEVEL: _(
        "The provider does not answer with the level of assurance that is asked for. Compare the"
        " levels here with those that it names, letter by letter."
    ),
    Trouble.KEY: _(
        "What the provider says can't be verified with a key that it publishes. It must sign ID"
        " tokens with RSA or an elliptic curve; a token signed with the client's secret proves"
        " nothing."
    ),
    Trouble.SCOPE: _(
        "The provider does not know one of the scopes, or this client may not ask for it."
    ),
    Trouble.USERINFO: _(
        "The ID token is good, but the provider's userinfo endpoint, where the other claims would"
        " be, does not answer as it should."
    ),
    Trouble.BROKEN_OFF: _(
        "You broke it off at the provider. Nothing is wrong with that: try again."
    ),
    Trouble.ELSE: _("The provider says no, or says something that is not understood."),
}


def trouble_words(trial: Trial, redirect_uri: str, say: Callable[[str], str]) -> str:
    """What is wrong and what to do, "" when nothing is."""
    if trial.trouble is None:
        return ""
    return say(TROUBLES[trial.trouble]).replace("{redirect_uri}", redirect_uri)
