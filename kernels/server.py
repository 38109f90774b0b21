"""Starts JupyterHub's single-user server inside the sandbox, with our settings and a lighter import.

Nothing here is a wall: a person can undo every setting of a process that runs as themselves. The walls are
the sandbox, the relay's lists and the edge (docs/architecture.md).
"""

import sys

SETTINGS = (
    "--ServerApp.root_dir=/workspace",
    "--FileContentsManager.preferred_dir=/workspace/home",
    "--ServerApp.allow_root=False",
    "--ServerApp.open_browser=False",
    "--LabApp.extension_manager=readonly",
    "--LabApp.news_url=None",
    "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
)


def main() -> None:
    """Run the server until it ends."""
    # The IRI format check of jsonschema builds a grammar at import, 0.8 s at each start; without the module
    # only that check is dropped.
    sys.modules["rfc3987_syntax"] = None  # type: ignore[assignment]
    from jupyterhub.singleuser import main as run

    sys.argv[1:] = SETTINGS
    run()


if __name__ == "__main__":
    main()
