"""What the fork server imports once, so that each kernel has it: all that a kernel and its page would import themselves.

Imported for that alone, by the server that `forked.py` starts.
"""

import atexit
import builtins
import gc
import os
import shutil
import sys
from contextlib import suppress
from importlib import import_module
from types import SimpleNamespace

from na_report.processes.forked import PRELOAD

# What a kernel imports while it starts.
_KERNEL = (
    *("na_report.processes.page_kernel", "ipykernel.debugger", "IPython.core.completerlib"),
    *("IPython.core.debugger", "IPython.extensions.storemagic", "sqlite3", "tornado.platform.asyncio"),
)


def _get_ready(folder: str, *modules: str) -> None:
    """Imports as a kernel would: pandas looks for one, and shows frames accordingly.

    A module of this package that has a function `get_ready` is asked to do what would else be done in each kernel.
    """
    os.setpgid(0, 0)  # out of reach of Ctrl-C: it ends after what it serves, in silence
    os.dup2(2, 1)
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    # A fork copies no lock that another thread holds, and kernels compute on small tables. The debugger, which every kernel
    # imports, would say on the screen what no reader of a book needs.
    os.environ |= {"OPENBLAS_NUM_THREADS": "1", "PYDEVD_DISABLE_FILE_VALIDATION": "1"}
    builtins.get_ipython = lambda: SimpleNamespace(kernel=True)  # type: ignore[attr-defined]
    for name in (*_KERNEL, *modules):
        # What can't be imported is the page's own error, told by the page.
        with suppress(Exception):
            import_module(name)
    for module in [module for name, module in sorted(sys.modules.items()) if name.startswith("na_report.")]:
        with suppress(Exception):
            getattr(module, "get_ready", lambda: None)()
    del builtins.get_ipython  # type: ignore[attr-defined]
    # What is here by now stays: kernels need not look through it for garbage, which would copy its pages of memory.
    gc.collect()
    gc.freeze()


# Nothing is said to a server that takes the place of one that died.
_get_ready(*os.environ.pop(PRELOAD, "").split("\n"))
