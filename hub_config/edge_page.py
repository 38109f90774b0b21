"""The page a denied way out shows: why the file does not come, and how results leave."""

from jinja2 import Environment, FileSystemLoader, PackageLoader, StrictUndefined, select_autoescape
from jinja2.loaders import ChoiceLoader

from governance.instance import Instance
from hub_config import pages
from look.places import TEMPLATES
from look.words import DEFAULT_LANGUAGE


def explanation(instance: Instance) -> str:
    """Return the page, complete and static: nginx serves it on every person's host."""
    loader = ChoiceLoader([PackageLoader("hub_config"), FileSystemLoader(TEMPLATES)])
    environment = Environment(loader=loader, autoescape=select_autoescape(), undefined=StrictUndefined)
    values = pages.frame(DEFAULT_LANGUAGE, instance.airlock_url)
    empty = {"person": None, "crumbs": None, "switch": None, "sign_out": None, "csrf": ""}
    absolute = {
        "home": f"{instance.hub_url}/hub/home",
        "links": [(values["w"]["airlock"], instance.airlock_url, False)],
    }
    return environment.get_template("ways_out.html").render(
        **{**values, **empty, **absolute}, both=pages.SPOKEN
    )
