"""What an iOS app declares, in rows and a sentence: no rule is about iOS, so that the facts have to speak."""

from affidavit.model.apple import (
    AppleBundle,
    AppleSetting,
    CollectedData,
    Entitlement,
    PrivacyManifest,
    ProvisioningProfile,
    RequiredReason,
    TransportSecurity,
    UrlScheme,
    UsageDescription,
)
from affidavit.report.overview import Facts
from affidavit.wording import plural

_FORMS = {
    "app": "app",
    "nested-app": "app inside the app",
    "extension": "extension",
    "framework": "framework",
}
_TRUTH = {True: "yes", False: "no", None: "not said"}


def declared_rows(facts: Facts) -> list[tuple[str, str, str]]:
    """What an iOS app declares: kind of declaration, its name, what it says; none for another app.

    Texts are the app's: whoever shows them has to make them harmless.
    """
    return [*_bundles(facts), *_access(facts), *_privacy(facts), *_rights(facts)]


def _bundles(facts: Facts) -> list[tuple[str, str, str]]:
    return [
        (_FORMS.get(item.form, item.form), item.name, " ".join(filter(None, (item.label, item.version, _for(item)))))
        for item in facts.about(AppleBundle)
    ]


def _for(item: AppleBundle) -> str:
    platforms = ", ".join(item.platforms)
    return f"({platforms} from {item.minimum_os})" if platforms and item.minimum_os else ""


def _access(facts: Facts) -> list[tuple[str, str, str]]:
    """What it says it asks for, answers to, sets, and excepts from transport security."""
    rows = [("asks for access", item.key, item.text) for item in facts.about(UsageDescription)]
    rows += [("setting", item.key, ", ".join(item.values)) for item in facts.about(AppleSetting)]
    forms = {"handles": "opened by", "queries": "looks for apps that open"}
    rows += [("URL scheme", item.scheme, forms.get(item.form, item.form)) for item in facts.about(UrlScheme)]
    for item in facts.about(TransportSecurity):
        scope = f"{item.domain}{' and below' if item.subdomains else ''}" if item.domain else "all connections"
        rows.append(("transport security", item.allows, f"{item.value}, for {scope}"))
    return rows


def _privacy(facts: Facts) -> list[tuple[str, str, str]]:
    """What its privacy manifests say."""
    rows = [
        ("privacy manifest", "tracking", "; ".join(filter(None, (_TRUTH[item.tracking], ", ".join(item.domains)))))
        for item in facts.about(PrivacyManifest)
    ]
    for data in facts.about(CollectedData):
        how = f"linked to the user: {_TRUTH[data.linked]}, for tracking: {_TRUTH[data.tracking]}"
        rows.append(("says it collects", data.type, "; ".join((how, *data.purposes))))
    return rows + [
        ("says why it calls", item.category, ", ".join(item.reasons)) for item in facts.about(RequiredReason)
    ]


def _rights(facts: Facts) -> list[tuple[str, str, str]]:
    """What its signature and profile grant."""
    sources = {"profile": "granted by the profile"}
    rows = [
        (sources.get(item.source, "entitlement"), item.key, item.value)
        for item in facts.about(Entitlement)
        if item.source != "signature-der"
    ]
    for item in facts.about(ProvisioningProfile):
        said = f"{item.form}, {item.team_name} {', '.join(item.team)}, until {item.expires[:10]}; {item.outcome}"
        rows.append(("provisioning profile", item.name, said))
    return list(dict.fromkeys(rows))


def declared_in_words(facts: Facts) -> str:
    """How much an iOS app declares, in a sentence; empty for another app."""
    bundles = facts.about(AppleBundle)
    if not bundles:
        return ""
    asked = sorted(
        {item.key.removeprefix("NS").removesuffix("UsageDescription") for item in facts.about(UsageDescription)}
    )
    rights = {item.key for item in facts.about(Entitlement) if item.source != "profile"}
    forms = sorted({item.form for item in facts.about(ProvisioningProfile)})
    parts = [
        plural(len(bundles), "bundle"),
        f"asks for access: {', '.join(asked[:12])}" if asked else "names no access that it asks for",
        plural(len(rights), "entitlement"),
        f"provisioned for {', '.join(forms)}" if forms else "",
    ]
    return "; ".join(filter(None, parts))
