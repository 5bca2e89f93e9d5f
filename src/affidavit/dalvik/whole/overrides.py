"""Which methods of the app the platform may call by itself: those that override a method of a platform class."""

import numpy as np

from affidavit.dalvik.kernels.dispatch import Dispatch
from affidavit.dalvik.whole.linked import Linked
from affidavit.dalvik.whole.shapes import I32, I64

_ARITIES = 1 << 10


class Overrides:
    """Answers for one program.

    Attributes:
        initialisers: (types,) the static initialiser of each class of the app, -1 for none.
    """

    def __init__(self, linked: Linked) -> None:
        self.linked = linked
        self.initialisers: I32 = np.full(len(linked.types), -1, np.int32)
        sig = linked.signature_of("<clinit>", "()V")
        rows = np.flatnonzero(linked.is_active & (linked.method_sig == sig)) if sig >= 0 else np.empty(0, np.int64)
        self.initialisers[linked.method_type[rows]] = rows
        self._name: I64 = linked.sig_name.astype(np.int64) * _ARITIES + np.minimum(linked.sig_arity, _ARITIES - 1)
        self._groups: dict[frozenset[int], int] = {}
        self._above: dict[int, frozenset[int]] = {}
        self._allowed: list[I64] = []
        self._of_class: dict[int, list[int]] = {}

    def of(self, dispatch: Dispatch, types: I32) -> list[tuple[int, int]]:
        """Type and method for what the platform may call on objects of some types."""
        types = types[self.linked.is_app[types]]
        pairs = np.empty((0, 2), np.int32)
        count = dispatch.overrides(types, pairs)
        pairs = np.empty((count, 2), np.int32)
        dispatch.overrides(types, pairs)
        groups = np.array([self._group(type_) for type_ in types.tolist()], np.int32)
        order = np.argsort(types)
        group_of_pair = groups[order][np.searchsorted(types[order], pairs[:, 0])]
        names = self._name[self.linked.method_sig[pairs[:, 1]]]
        good = np.zeros(len(pairs), np.bool_)
        for group in np.unique(group_of_pair).tolist():
            mine = group_of_pair == group
            good[mine] = np.isin(names[mine], self._allowed[group])
        return [(type_, method) for type_, method in pairs[good].tolist()]

    def _group(self, type_: int) -> int:
        """Number of the set of platform classes above a class of the app."""
        outside = self._outside(type_)
        if outside not in self._groups:
            self._groups[outside] = len(self._allowed)
            names = [name for item in sorted(outside) for name in self._names(item)]
            self._allowed.append(np.unique(np.array(names, np.int64)))
        return self._groups[outside]

    def _outside(self, type_: int) -> frozenset[int]:
        """The platform classes above a class; most classes have those of their superclass."""
        chain: dict[int, None] = {}
        while type_ >= 0 and type_ not in self._above and type_ not in chain:
            chain[type_] = None
            type_ = int(self.linked.parent[type_])
        found = self._above.get(type_, frozenset())
        for here in reversed(chain):
            more = {
                item for below in self.linked.interfaces.row(here).tolist() for item in self.linked.ancestors(below)
            }
            own = {item for item in (here, *more) if not self.linked.is_app[item]}
            found = found | own if own else found
            self._above[here] = found
        return found

    def _names(self, type_: int) -> list[int]:
        """Names and arities of the methods of a platform class, as numbers."""
        if type_ not in self._of_class:
            found = []
            for name, arities in sorted(self.linked.framework.methods(self.linked.types[type_]).items()):
                number = self.linked.name_number(name)
                if number >= 0:
                    found += [number * _ARITIES + arity for arity in sorted(arities)]
            self._of_class[type_] = found
        return self._of_class[type_]
