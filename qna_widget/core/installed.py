"""Which packages are there, found out without importing them."""

from __future__ import annotations

from importlib.util import find_spec


def is_installed(name: str) -> bool:
    """Whether a top-level module can be imported, as far as its finders know.

    What stands in sys.modules without a spec (a stub, a script's own module) is there: `find_spec`
    raises ValueError for it.
    """
    try:
        return find_spec(name) is not None
    except ValueError:
        return True
    except ImportError:
        return False
