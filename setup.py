"""Build the compiled kernels: Cython in pure-Python mode, bounds checks on because input is hostile."""

from pathlib import Path

import numpy as np
from Cython.Build import cythonize
from setuptools import Extension, setup

SOURCE = Path("src")

extensions = [
    Extension(
        ".".join(source.relative_to(SOURCE).with_suffix("").parts),
        [source.as_posix()],
        include_dirs=[np.get_include()],
        define_macros=[("NPY_NO_DEPRECATED_API", "NPY_1_7_API_VERSION")],
        extra_compile_args=["-O2"],
    )
    for source in sorted(SOURCE.glob("affidavit/*/kernels/*.py"))
    if source.stem != "__init__"
]

setup(
    ext_modules=cythonize(extensions, language_level=3, compiler_directives={"boundscheck": True, "wraparound": False})
)
