"""The kernel of a page: IPython without the settings and start-up files of a person, whose cells have names that stay.

Started as `python -m na_report.processes.page_kernel -f FILE`, or forked by the server of warm kernels.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

from ipykernel import kernelapp
from ipykernel.compiler import XCachingCompiler
from ipykernel.ipkernel import IPythonKernel
from ipykernel.zmqshell import ZMQInteractiveShell
from traitlets import Type


class _Compiler(XCachingCompiler):
    """Names a cell by its number; ipykernel names a file with the number of the process, which warnings then show."""

    def get_code_name(self, raw_code: str, code: str, number: int) -> str:
        return f"<cell {number}>"


class _Shell(ZMQInteractiveShell):
    def init_instance_attrs(self) -> None:
        super().init_instance_attrs()  # type: ignore[no-untyped-call]
        self.compile = _Compiler()  # type: ignore[no-untyped-call]  # the kernel insists on a class of its own


class _Kernel(IPythonKernel):
    shell_class = Type(_Shell)


class IPKernelApp(kernelapp.IPKernelApp):
    """The program; arguments name it, so it has the name of its parent."""

    kernel_class = Type(_Kernel)

    def load_config_file(self, suppress_errors: bool | None = None) -> None:
        """Reads no settings: neither of the user nor of the machine."""

    def _run_startup_files(self) -> None:
        """Runs nothing before the first cell."""


def launch(arguments: list[str], **options: Any) -> None:
    """Serves cells until told to stop, in the working directory, whose modules come after all that is installed.

    Args:
        arguments: What a kernel is started with, such as `-f` and the connection file.
        options: Settings of the kernel by name.
    """
    for name in ("PYTHONPATH", "PYTHONSAFEPATH"):
        os.environ.pop(name, None)  # for the start of this one; a program that a cell runs is its own affair
    sys.path.append(str(Path.cwd()))
    sys.dont_write_bytecode = True  # what stands beside a chapter is what the book is made of
    sys.argv = ["ipykernel_launcher.py", *arguments]
    settings = [f"--IPKernelApp.{name}={value}" for name, value in options.items()]
    IPKernelApp.launch_instance(argv=[*arguments, *settings])


if __name__ == "__main__":
    launch(sys.argv[1:])
