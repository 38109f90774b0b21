"""nginx's configuration, as text: the one front door of an instance, and the place where leaks are stopped.

What a user can undo inside his sandbox is no control, so the rules that matter for the browser stand here,
before the proxy: separate hosts for hub, airlock and each person (docs/adr/0005), a Content-Security-Policy
that replaces whatever a user's server says, no raw files, no conversions, size caps, a log with bytes out.
`python -m hub_config.edge` writes the file and the page that explains the airlock.
"""

import sys
from pathlib import Path

from governance.identity import service_account
from governance.instance import Instance
from hub_config.edge_page import explanation
from look.places import STATIC as LOOK_STATIC

HUB_STATIC = Path(__file__).parent / "static"

DENIED = ("files", "view", "nbconvert", "proxy")
"""Ways out of a notebook server: raw files, their viewer, conversions, ports behind it."""

UPLOAD_CAP = "16m"  # data come in through imports, not through a browser
PAGE_CAP = "64k"  # forms of the hub
AIRLOCK_CAP = "1m"  # forms of the airlock; files come from the outbox

CSP = dict[str, str]


def workspace_policy(instance: Instance) -> CSP:
    """What a page from a user's server may do: speak with its own host, and nothing else.

    JupyterLab needs inline and evaluated scripts; they run on the person's own origin, which is neither the
    hub's nor the airlock's.
    """
    person = f"ws://$host:{instance.ports.edge}"
    return {
        "default-src": "'self'",
        "script-src": "'self' 'unsafe-inline' 'unsafe-eval' blob:",
        "style-src": "'self' 'unsafe-inline'",
        "img-src": "'self' data: blob:",
        "font-src": "'self' data:",
        "media-src": "'self' data: blob:",
        "connect-src": f"'self' {person}",
        "worker-src": "'self' blob:",
        "frame-src": "'self' blob: data:",
        "object-src": "'none'",
        "base-uri": "'self'",
        "form-action": "'self'",
        "frame-ancestors": "'self'",
    }


def hub_policy(instance: Instance) -> CSP:
    """What a page of the hub may do. A form may end, by redirects, at a workspace or at the airlock."""
    ends = f"http://*.{instance.hub_host}:{instance.ports.edge} {instance.airlock_url}"
    return {
        "default-src": "'none'",
        "script-src": "'self'",
        "style-src": "'self'",
        "img-src": "'self'",
        "connect-src": "'self'",
        "form-action": f"'self' {ends}",
        "base-uri": "'none'",
        "frame-ancestors": "'none'",
    }


def header(policy: CSP) -> str:
    """Write a policy as one header value."""
    return "; ".join(f"{directive} {sources}" for directive, sources in policy.items())


def nginx_conf(instance: Instance) -> str:
    """Return the whole configuration file."""
    parts = (_head(instance), _unknown(instance), _hub(instance), _workspaces(instance), _airlock(instance))
    return "\n".join(parts) + "}\n"


def _head(instance: Instance) -> str:
    run, log = instance.paths.run / "edge", instance.paths.state / "edge"
    temporary = "\n".join(
        f"    {kind}_temp_path {run}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    return f"""# Written by `python -m hub_config.edge`; changes are overwritten.
daemon off;
worker_processes 1;
pid {run}/nginx.pid;
error_log stderr warn;
events {{ worker_connections 2048; }}
http {{
    include /etc/nginx/mime.types;
    default_type application/octet-stream;
    server_tokens off;
    merge_slashes on;
    client_max_body_size {PAGE_CAP};
    server_names_hash_bucket_size 128;
{temporary}
    # Who took how much from where: the meter of what leaves by browser. No query: it may hold tokens.
    map $request_uri $asked {{ "~^(?<path>[^?]*)" $path; default -; }}
    log_format metered '$time_iso8601 $remote_addr $host $request_method $asked $status '
                       '$bytes_sent $request_length $request_time';
    access_log {log}/access.log metered;
    map $http_upgrade $connection_upgrade {{ default upgrade; '' close; }}
    proxy_http_version 1.1;
    proxy_set_header Host $http_host;
    proxy_set_header X-Forwarded-Host $http_host;
    proxy_set_header X-Forwarded-For $remote_addr;
    proxy_set_header X-Forwarded-Proto $scheme;
    proxy_set_header Upgrade $http_upgrade;
    proxy_set_header Connection $connection_upgrade;
    # Stamped by relays only; nobody else may bring them.
    proxy_set_header X-TRE-Person "";
    proxy_set_header X-TRE-Project "";
    proxy_set_header X-TRE-Account "";
    proxy_set_header X-TRE-Spawn "";
"""


def _unknown(instance: Instance) -> str:
    return f"""    # A host that is none of ours: misdirected, and no way to reach a server by its address.
    server {{
        listen 127.0.0.1:{instance.ports.edge} default_server;
        server_name _;
        return 421;
    }}
"""


def _hub(instance: Instance) -> str:
    return f"""    server {{
        listen 127.0.0.1:{instance.ports.edge};
        server_name {instance.hub_host};
{_headers(hub_policy(instance))}
{_static()}
        # No tokens with a person's rights, no sharing, no administration beside the register.
        location ~ ^/hub/(token|admin|accept-share)(/|$) {{ return 404; }}
        location ~ ^/hub/api/(users/[^/]+/tokens|shares|groups|proxy|shutdown|services)(/|$) {{ return 404; }}
        location /user/ {{ return 404; }}
        location / {{
            proxy_pass http://127.0.0.1:{instance.ports.proxy};
            proxy_hide_header Content-Security-Policy;
            proxy_buffering off;
            proxy_read_timeout 3600s;
        }}
    }}
"""


def _workspaces(instance: Instance) -> str:
    denied = "|".join(DENIED)
    host = instance.hub_host.replace(".", r"\.")
    return f"""    server {{
        listen 127.0.0.1:{instance.ports.edge};
        server_name "~^[a-z][a-z0-9]+\\.{host}$";
        client_max_body_size {UPLOAD_CAP};
{_headers(workspace_policy(instance))}
{_static()}
        # nginx compares the decoded, normalised path, so %66iles, //files and x/../files are denied too.
        location ~ ^/user/[^/]+/(?:[^/]+/)?(?:{denied})(?:/|$) {{ return 403; }}
        error_page 403 /tre/edge/ways-out.html;
        # The hub has one origin; on a person's host its pages would share it with notebook scripts.
        location ^~ /hub/ {{ return 302 {instance.hub_url}$request_uri; }}
        location = /tre/edge/ways-out.html {{
            internal;
            alias {ways_out_file(instance)};
            default_type text/html;
        }}
        location / {{
            proxy_pass http://127.0.0.1:{instance.ports.proxy};
            proxy_hide_header Content-Security-Policy;
            proxy_hide_header X-Frame-Options;
            proxy_buffering off;
            proxy_read_timeout 86400s;
            proxy_intercept_errors off;
        }}
    }}
"""


def _airlock(instance: Instance) -> str:
    return f"""    server {{
        listen 127.0.0.1:{instance.ports.edge};
        server_name {instance.airlock_host};
        client_max_body_size {AIRLOCK_CAP};
        location / {{
            # The airlock sets its own policy and headers.
            proxy_pass http://127.0.0.1:{instance.ports.airlock};
        }}
    }}
"""


def _headers(policy: CSP) -> str:
    return f"""        add_header Content-Security-Policy "{header(policy)}" always;
        add_header X-Content-Type-Options nosniff always;
        add_header Referrer-Policy same-origin always;
        add_header Cross-Origin-Opener-Policy same-origin always;
        add_header Permissions-Policy "camera=(), microphone=(), geolocation=(), display-capture=()" always;
        add_header X-DNS-Prefetch-Control off always;"""


def _static() -> str:
    # nginx drops the headers of the server in a location that adds one: these locations add none.
    return f"""        location ^~ /tre/look/ {{ alias {LOOK_STATIC}/; expires 1h; }}
        location ^~ /tre/hub/ {{ alias {HUB_STATIC}/; expires 1h; }}"""


def ways_out_file(instance: Instance) -> Path:
    """Return the place of the page that a denied way out shows."""
    return instance.paths.etc / "edge" / "ways-out.html"


def configuration_file(instance: Instance) -> Path:
    """Return the place of nginx.conf."""
    return instance.paths.etc / "nginx.conf"


def write(instance: Instance) -> None:
    """Write configuration and page; readable by all, as they hold no secret."""
    page = ways_out_file(instance)
    page.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
    for file, text in ((page, explanation(instance)), (configuration_file(instance), nginx_conf(instance))):
        file.write_text(text, encoding="utf-8")
        file.chmod(0o644)


def edge_user(instance: Instance) -> str:
    """Return the account nginx runs as; it needs no root because the port is above 1023."""
    return service_account(instance.name, "edge")


def main(arguments: list[str]) -> None:
    """Write the files of the instance TRE_INSTANCE names, or print the configuration with --print."""
    instance = Instance.load()
    if "--print" in arguments:
        sys.stdout.write(nginx_conf(instance))
    else:
        write(instance)


if __name__ == "__main__":
    main(sys.argv[1:])
