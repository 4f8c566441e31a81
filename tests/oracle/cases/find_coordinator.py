"""FindCoordinator: what is refused whether or not there are coordinators."""

from plan import Call, Case
from wire import schema

GROUP, TRANSACTION, SHARE = range(3)
VERSIONS = schema.versions("FindCoordinator")
ONE, MANY = VERSIONS[:4], VERSIONS[4:]  # v4 asks for several keys at once


def find(version, kind, *keys):
    return Call("FindCoordinator", version, {
        "key": keys[0] if keys and version < 4 else "", "keyType": kind,
        "coordinatorKeys": list(keys) if version >= 4 else []})


CASES = [
    *[Case(f"v{version} of key type {kind}, which is none", [find(version, kind, "key")])
      for version in VERSIONS[1:] for kind in (3, 127, -1)],
    *[Case(f"v{version} of no keys of type {kind}", [find(version, kind)])
      for version in MANY for kind in (GROUP, TRANSACTION)],
    *[Case(f"v{version} of a share partition that is called '{key}'", [find(version, SHARE, key)])
      for version in MANY for key in ("", "g", "g:t", "g:t:0", ":AAAAAAAAAAAAAAAAAAAAAQ:0",
                                      "g:AAAAAAAAAAAAAAAAAAAAAQ:x")],
    *[Case(f"v{version} of a share partition", [find(version, SHARE, "g:t:0")])
      for version in ONE[1:]],
]
