"""Cloudflare's Python SDK, strict about every answer, against the sandbox: who each token is, and the shape of every
endpoint that the product asks."""

import json
import sys
import urllib.request
import warnings

import cloudflare
from cloudflare.pagination import SyncSinglePage
from cloudflare.types.zones import SettingGetResponse

# Firewall rules are asked for all the same: a profile names the permission.
warnings.simplefilter("ignore", DeprecationWarning)

# The sandbox's line holds tokens: it comes on standard input, never as an argument.
face = json.load(sys.stdin)
account, zone = face["account_id"], face["zone_id"]
client_name = f"PyPI cloudflare {cloudflare.__version__}"
failures = 0


def check(what, ask):
    """Asks, and says whether the answer was as it should be."""
    global failures
    try:
        found = ask()
    except Exception as problem:  # noqa: BLE001 - whatever goes wrong is a result
        failures += 1
        words = " ".join(str(problem).split())
        print(f"DISAGREES  {client_name}: {what}: {type(problem).__name__}: {words[:600]}")
    else:
        print(f"agrees     {client_name}: {what}{f': {found}' if isinstance(found, str) else ''}")


def admin(path, body=None):
    """The sandbox's own word."""
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(face["admin"] + path, data, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.load(answer)


def speaks_as(value):
    return cloudflare.Cloudflare(
        api_token=value, base_url=face["cloudflare_api"], max_retries=0, _strict_response_validation=True
    )


def expect(found, wanted, about):
    if found != wanted:
        raise AssertionError(f"{about} is {found!r}, the sandbox says {wanted!r}")


def planted(kind, **wishes):
    return admin("/tokens", {"kind": kind, **wishes})


# Who is it?

own = [one["id"] for one in admin("/world")["accounts"] if one["role"] != "none"]
known = {one["name"]: one for one in admin("/tokens")["tokens"]}


def is_known(value, kind, truth, accounts):
    def ask():
        client = speaks_as(value)
        if kind == "account":
            said = client.accounts.tokens.verify(account_id=account)
        else:
            said = client.user.tokens.verify()
        expect(said.id, truth["id"], "the id")
        expect(said.status, truth["status"], "the status")
        if truth["status"] != "active":
            return f"{said.id} {said.status}"
        seen = sorted(one.id for one in client.accounts.list())
        expect(seen, sorted(accounts), "the list of accounts")
        return f"{said.id} {said.status}, {len(seen)} account(s)"

    return ask


for what, value, kind, name, accounts in [
    ("the broad user token", face["broad_token"], "user", "Broad", own),
    ("the account's token", face["broad_account_token"], "account", "Broad for the account", [account]),
    ("the narrow token", face["narrow_token"], "user", "Narrow", [account]),
]:
    check(what, is_known(value, kind, known[name], accounts))

for status in ["disabled", "expired"]:
    made = planted("user", groups=["Pages Write"], account=account, status=status)
    check(f"a token that is {status}", is_known(made["value"], "user", {"id": made["id"], "status": status}, []))


def is_refused():
    try:
        speaks_as("cfut_" + "0" * 48).user.tokens.verify()
    except cloudflare.AuthenticationError as problem:
        codes = [one.code for one in problem.errors]
        expect((problem.status_code, codes), (401, [1000]), "the refusal")
        return "401, 1000"
    raise AssertionError("it was taken")


check("a value that nobody knows", is_refused)

# The shape of every answer.


def pages(listed):
    """Every page: the SDK goes on until one is empty."""
    return f"{len(list(listed))} in all"


def tokens_of(kind):
    if kind == "user":
        return speaks_as(face["broad_token"]).user.tokens, {}
    return speaks_as(face["broad_account_token"]).accounts.tokens, {"account_id": account}


def groups_of(kind):
    tokens, where = tokens_of(kind)
    return list(tokens.permission_groups.list(**where))


def life_of(kind):
    def ask():
        tokens, where = tokens_of(kind)
        pick = next(one for one in groups_of(kind) if one.name == "Account Settings Read")
        policy = {
            "effect": "allow",
            "permission_groups": [{"id": pick.id}],
            "resources": {f"com.cloudflare.api.account.{account}": "*"},
        }
        made = tokens.create(
            name="outside",
            policies=[policy],
            expires_on="2099-01-01T00:00:00Z",
            condition={"request_ip": {"in": ["127.0.0.1/32"]}},
            **where,
        )
        if not made.value:
            raise AssertionError("no value came with it")
        expect(tokens.get(made.id, **where).name, "outside", "the name")
        changed = tokens.update(made.id, name="outside 2", policies=[policy], **where)
        expect(changed.name, "outside 2", "the changed name")
        if made.value == tokens.value.update(made.id, **where):
            raise AssertionError("rolling kept the value")
        expect(tokens.delete(made.id, **where).id, made.id, "the id of what was deleted")
        left = [one.id for one in tokens.list(**where)]
        expect(made.id in left, False, "that it is still listed")
        return "made, read, changed, rolled, deleted"

    return ask


for kind in ["user", "account"]:
    check(f"the {kind}'s permission groups", lambda kind=kind: f"{len(groups_of(kind))} groups")
    check(f"the {kind}'s tokens", lambda kind=kind: pages(tokens_of(kind)[0].list(**tokens_of(kind)[1])))
    check(f"the life of the {kind}'s token", life_of(kind))

rich = speaks_as(
    planted(
        "user",
        groups=[
            "Account Settings Read", "Pages Write", "Workers Scripts Write", "Workers KV Storage Write", "D1 Write",
            "Workers R2 Storage Write", "Queues Write", "AI Gateway Write", "Cloudflare Tunnel Write",
            "Account Rulesets Read", "Account Firewall Access Rules Write",
            "Load Balancing: Monitors and Pools Write", "User Details Read", "Memberships Read", "Zone Write",
            "DNS Write", "Zone Settings Write", "SSL and Certificates Write", "Zone WAF Write",
            "Workers Routes Write", "Page Rules Write", "Health Checks Write", "Waiting Rooms Write",
            "Load Balancers Write", "Firewall Services Write", "Cache Purge",
        ],
    )["value"]
)  # fmt: skip


def life_of_a_project():
    projects = rich.pages.projects
    made = projects.create(account_id=account, name="outside", production_branch="main")
    expect(projects.get("outside", account_id=account).subdomain, made.subdomain, "the subdomain")
    pages(projects.list(account_id=account))
    pages(projects.domains.list("outside", account_id=account))
    pages(projects.deployments.list("outside", account_id=account))
    changed = projects.edit("outside", account_id=account, production_branch="live")
    expect(changed.production_branch, "live", "the branch")
    projects.delete("outside", account_id=account)
    return "made, read, listed with domains and deployments, changed, deleted"


def settings():
    """The SDK has no call for the whole list, only the shape of each."""
    return rich.get_api_list(
        f"/zones/{zone}/settings", model=SettingGetResponse, page=SyncSinglePage[SettingGetResponse]
    )


for what, ask in {
    "the person": lambda: rich.user.get().id,
    "the person's memberships": lambda: pages(rich.memberships.list()),
    "the accounts": lambda: pages(rich.accounts.list()),
    "an account": lambda: rich.accounts.get(account_id=account).name,
    "an account's members": lambda: pages(rich.accounts.members.list(account_id=account)),
    "the zones": lambda: pages(rich.zones.list(account={"id": account}, per_page=5)),
    "a zone": lambda: rich.zones.get(zone_id=zone).name,
    "the life of a Pages project": life_of_a_project,
    "Workers scripts": lambda: pages(rich.workers.scripts.list(account_id=account)),
    "KV namespaces": lambda: pages(rich.kv.namespaces.list(account_id=account)),
    "D1 databases": lambda: pages(rich.d1.database.list(account_id=account)),
    "R2 buckets": lambda: f"{len(rich.r2.buckets.list(account_id=account).buckets)} in all",
    "queues": lambda: pages(rich.queues.list(account_id=account)),
    "AI gateways": lambda: pages(rich.ai_gateway.list(account_id=account)),
    "tunnels": lambda: pages(rich.zero_trust.tunnels.cloudflared.list(account_id=account)),
    "the account's rulesets": lambda: pages(rich.rulesets.list(account_id=account)),
    "IP access rules": lambda: pages(rich.firewall.access_rules.list(account_id=account)),
    "load balancer pools": lambda: pages(rich.load_balancers.pools.list(account_id=account)),
    "load balancer monitors": lambda: pages(rich.load_balancers.monitors.list(account_id=account)),
    "DNS records": lambda: pages(rich.dns.records.list(zone_id=zone)),
    "the zone's settings": lambda: pages(settings()),
    "certificate packs": lambda: pages(rich.ssl.certificate_packs.list(zone_id=zone)),
    "custom hostnames": lambda: pages(rich.custom_hostnames.list(zone_id=zone)),
    "the zone's rulesets": lambda: pages(rich.rulesets.list(zone_id=zone)),
    "Workers routes": lambda: pages(rich.workers.routes.list(zone_id=zone)),
    "page rules": lambda: f"{len(rich.page_rules.list(zone_id=zone))} in all",
    "health checks": lambda: pages(rich.healthchecks.list(zone_id=zone)),
    "waiting rooms": lambda: pages(rich.waiting_rooms.list(zone_id=zone)),
    "load balancers": lambda: pages(rich.load_balancers.list(zone_id=zone)),
    "firewall rules": lambda: pages(rich.firewall.rules.list(zone_id=zone)),
    "emptying the cache": lambda: rich.cache.purge(zone_id=zone, files=["http://site.example/a"]).id,
}.items():
    check(what, ask)

sys.exit(1 if failures else 0)
