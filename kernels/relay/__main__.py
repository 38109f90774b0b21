"""``python -m kernels.relay [--node NAME] [--hub-side]``: serve the instance that TRE_INSTANCE names."""

import argparse
import resource

from governance.instance import Instance
from kernels.relay.service import Relay
from kernels.relay.settings import settings

OPEN_FILES = 65_536


def main() -> None:
    """Read the arguments and serve for ever."""
    parser = argparse.ArgumentParser(prog="kernels.relay", description=__doc__)
    parser.add_argument("--node", help="this node's name in SLURM, where several relays share a file system")
    parser.add_argument("--hub-side", action="store_true", help="the relay beside the hub")
    arguments = parser.parse_args()
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(OPEN_FILES, most), most))
    Relay(settings(Instance.load(), arguments.node, hub_side=arguments.hub_side)).run()


if __name__ == "__main__":
    main()
