"""ApiVersions: what a client learns before it says anything else (KIP-35, KIP-511)."""

from plan import Call, Case
from wire import schema

CLIENT = {"clientSoftwareName": "oracle", "clientSoftwareVersion": "1.0"}


def ask(version, **fields):
    return Call("ApiVersions", version, {**CLIENT, **fields})


BAD_SOFTWARE = {
    "an empty name": {"clientSoftwareName": ""},
    "an empty version": {"clientSoftwareVersion": ""},
    "a name with a blank": {"clientSoftwareName": "a b"},
    "a name that begins with a dash": {"clientSoftwareName": "-a"},
    "a name that ends with a dot": {"clientSoftwareName": "a."},
    "a version with an underscore": {"clientSoftwareVersion": "1_0"},
    "a name outside ASCII": {"clientSoftwareName": "käfka"},
}

CASES = [
    *[Case(f"v{version} lists what is served", [ask(version)])
      for version in schema.versions("ApiVersions")],
    *[Case(f"v3 with {what} is refused, and the connection lives on", [ask(3, **fields), ask(3)])
      for what, fields in BAD_SOFTWARE.items()],
    *[Case(f"v{version} skips tags it does not know",
           [ask(version, unknownTags={0: b"x", 77: b"yz"})]) for version in (3, 4)],
    Case("asking twice on one connection is allowed", [ask(3), ask(0), ask(4)]),
    Case("names with dots and dashes inside are good",
         [ask(3, clientSoftwareName="a.b-c", clientSoftwareVersion="1.0-rc.1")]),
    Case("v3 with a body that is cut short closes the connection",
         [Call("ApiVersions", 3, CLIENT, body=lambda encoded: encoded[:5])]),
    Case("v3 without a body closes the connection",
         [Call("ApiVersions", 3, CLIENT, body=lambda encoded: b"")]),
    Case("v0 with bytes after its end", [Call("ApiVersions", 0, body=lambda _: b"1234")]),
]
