# cython: initializedcheck=False
# ruff: noqa: ERA001 - written for the compiler: directives, columns one by one, plain compares
"""What calls lead to: rapid type analysis. Cython, see `tables`.

A virtual call is kept under its key, the class and signature as written; each pair of a key and a type below its class
of which reached code makes an object is looked at once: when the key is new, or when the type is.
"""

# mypy: disable-error-code="valid-type"
from typing import Any

import cython
import numpy as np

_DEPTH = cython.declare(cython.longlong, 256)
_CALL = cython.declare(cython.longlong, 0)
_INITIALISER = cython.declare(cython.longlong, 1)


@cython.cclass
class Dispatch:
    """Finds what can run, starting from what `reach` and `instantiate` are told.

    Inputs are arrays of `Linked`: ``ref_type, ref_sig, ref_outside``; ``parent, interfaces.start, interfaces.items``,
    direct subtypes in the same form, ``is_interface, is_app``, static initialisers; ``member_*``; how many methods.
    """

    ref_type: cython.const[cython.int][:]
    ref_sig: cython.const[cython.int][:]
    ref_outside: cython.const[cython.int][:]
    parent: cython.const[cython.int][:]
    interface_start: cython.const[cython.int][:]
    interface: cython.const[cython.int][:]
    child_start: cython.const[cython.int][:]
    child: cython.const[cython.int][:]
    is_interface: cython.const[cython.uchar][:]
    is_app: cython.const[cython.uchar][:]
    initialiser: cython.const[cython.int][:]
    member_start: cython.const[cython.int][:]
    member_sig: cython.const[cython.int][:]
    member_method: cython.const[cython.int][:]
    reached: cython.uchar[:]
    made: cython.int[:]
    begun: cython.uchar[:]
    defaults: cython.uchar[:]
    stamp: cython.int[:]
    queue: cython.int[:]
    spare: cython.int[:]
    fresh: cython.int[:]
    types: cython.int[:]
    edges: cython.int[:, :]
    outside: cython.int[:, :]
    keys: cython.int[:, :]
    sites: cython.int[:, :]
    targets: cython.int[:, :]
    first_key: cython.int[:]
    table: cython.longlong[:]
    slot: cython.int[:]
    fresh_count: cython.longlong
    type_count: cython.longlong
    edge_count: cython.longlong
    outside_count: cython.longlong
    key_count: cython.longlong
    site_count: cython.longlong
    target_count: cython.longlong
    used: cython.longlong
    turn: cython.longlong
    is_new: cython.bint

    def __init__(self, references: Any, classes: Any, members: Any, methods: int) -> None:
        self.ref_type, self.ref_sig, self.ref_outside = references
        self.parent, self.interface_start, self.interface, self.child_start, self.child = classes[:5]
        self.is_interface, self.is_app, self.initialiser = classes[5:]
        self.member_start, self.member_sig, self.member_method = members
        types = len(self.parent)
        self.reached, self.fresh = np.zeros(methods, np.uint8), np.empty(methods + 1, np.int32)
        self.made = np.full(types, -2, np.int32)
        self.begun, self.defaults = np.zeros(types, np.uint8), np.zeros(types, np.uint8)
        self.stamp, self.first_key = np.zeros(types, np.int32), np.full(types, -1, np.int32)
        self.queue, self.spare, self.types = (np.empty(types + 1, np.int32) for _ in range(3))
        self.edges, self.outside = np.empty((1 << 10, 3), np.int32), np.empty((1 << 10, 2), np.int32)
        self.keys, self.sites = np.empty((1 << 10, 6), np.int32), np.empty((1 << 10, 2), np.int32)
        self.targets = np.empty((1 << 10, 2), np.int32)
        self.table, self.slot = np.full(1 << 12, -1, np.int64), np.empty(1 << 12, np.int32)
        self.fresh_count = self.type_count = self.edge_count = self.outside_count = self.turn = self.used = 0
        self.key_count = self.site_count = self.target_count = 0

    def take(self) -> Any:
        """Methods reached and types instantiated since the last time."""
        methods = np.array(self.fresh[: self.fresh_count], np.int32)
        types = np.array(self.types[: self.type_count], np.int32)
        self.fresh_count = self.type_count = 0
        return methods, types

    def maker(self, type_: int) -> int:
        """The node that makes the first object of a type, -1 for the platform, -2 for none."""
        return int(self.made[type_])

    def results(self) -> Any:
        """Edges (site, target, how), ways out (site, type), `made`, `reached`, keys with their sites and targets."""
        lists = (self.keys[: self.key_count], self.sites[: self.site_count], self.targets[: self.target_count])
        found = (self.edges[: self.edge_count], self.outside[: self.outside_count], self.made, self.reached, *lists)
        return tuple(np.asarray(item) for item in found)

    @cython.ccall
    def reach(self, method: cython.longlong) -> None:
        """A method can run."""
        if self.reached[method] == 0:
            self.reached[method] = 1
            self.fresh[self.fresh_count] = method
            self.fresh_count += 1

    @cython.ccall
    def edge(self, site: cython.longlong, target: cython.longlong, how: cython.longlong) -> None:
        """A node leads to a method."""
        if self.edge_count >= len(self.edges):
            self.edges = np.resize(self.edges, (2 * self.edge_count, 3))
        self.edges[self.edge_count, 0] = site
        self.edges[self.edge_count, 1] = target
        self.edges[self.edge_count, 2] = how
        self.edge_count += 1
        self.reach(target)

    @cython.ccall
    def instantiate(self, type_: cython.longlong, site: cython.longlong) -> None:
        """An object of exactly this type is made, at a node (-1: by the platform)."""
        k: cython.longlong
        key: cython.longlong
        if self.made[type_] != -2:
            return
        self.made[type_] = site
        self.types[self.type_count] = type_
        self.type_count += 1
        if self.is_app[type_] == 0:
            return
        for k in range(self._climb(type_)):
            key = self.first_key[self.queue[k]]
            while key >= 0:
                self._offer(key, type_)
                key = self.keys[key, 4]

    @cython.ccall
    def initialise(self, type_: cython.longlong, site: cython.longlong) -> None:
        """The first use of a class runs its static initialiser, and before it those of its superclasses."""
        while type_ >= 0 and self.begun[type_] == 0:
            self.begun[type_] = 1
            if self.initialiser[type_] >= 0:
                if site >= 0:
                    self.edge(site, self.initialiser[type_], _INITIALISER)
                else:
                    self.reach(self.initialiser[type_])
            type_ = self.parent[type_]

    @cython.cfunc
    def _climb(self, type_: cython.longlong) -> cython.longlong:
        """Write a type and what it inherits from into `queue`, level by level; give their number."""
        at: cython.longlong = 0
        k: cython.longlong
        count: cython.longlong = 1
        self.turn += 1
        self.queue[0] = type_
        self.stamp[type_] = self.turn
        while at < count:
            for k in range(self.interface_start[self.queue[at]] - 1, self.interface_start[self.queue[at] + 1]):
                type_ = self.interface[k] if k >= self.interface_start[self.queue[at]] else self.parent[self.queue[at]]
                if type_ >= 0 and self.stamp[type_] != self.turn:
                    self.stamp[type_] = self.turn
                    self.queue[count] = type_
                    count += 1
            at += 1
        return count

    @cython.cfunc
    def _member(self, type_: cython.longlong, sig: cython.longlong) -> cython.longlong:
        """The virtual method with a signature that a type itself defines, -1 for none."""
        low: cython.longlong = self.member_start[type_]
        high: cython.longlong = self.member_start[type_ + 1]
        end: cython.longlong = high
        middle: cython.longlong
        while low < high:
            middle = (low + high) >> 1
            if self.member_sig[middle] < sig:
                low = middle + 1
            else:
                high = middle
        return self.member_method[low] if low < end and self.member_sig[low] == sig else -1

    @cython.ccall
    def resolve(self, type_: cython.longlong, sig: cython.longlong) -> cython.longlong:
        """The method that a virtual call on an object of exactly this type runs, -1 outside of the app."""
        here: cython.longlong = type_
        steps: cython.longlong = 0
        found: cython.longlong
        while here >= 0 and self.is_app[here] and steps < _DEPTH:
            found = self._member(here, sig)
            if found >= 0:
                return found
            here = self.parent[here]
            steps += 1
        return self._default(type_, sig)

    @cython.cfunc
    def _default(self, type_: cython.longlong, sig: cython.longlong) -> cython.longlong:
        """The nearest method with a signature that an interface of the app above a type defines, -1 for none."""
        queue: cython.int[:] = self.queue
        found: cython.longlong = -1
        k: cython.longlong
        count: cython.longlong
        if self.defaults[type_] == 1:
            return -1
        self.queue = self.spare
        count = self._climb(type_)
        self.defaults[type_] = 1
        for k in range(count):
            type_ = self.queue[k]
            if self.is_interface[type_] and self.member_start[type_ + 1] > self.member_start[type_]:
                self.defaults[self.queue[0]] = 2
                found = self._member(type_, sig) if found < 0 else found
        self.queue = queue
        return found

    @cython.cfunc
    def _find(self, first: cython.longlong, second: cython.longlong) -> cython.longlong:
        """Place of a pair in the hash table; `is_new` says whether it was put there just now."""
        wanted: cython.longlong = (first << 32) | second
        mask: cython.longlong = len(self.table) - 1
        at: cython.longlong = (wanted * 40503 + (wanted >> 21) + (wanted >> 37)) & mask
        while self.table[at] != -1 and self.table[at] != wanted:
            at = (at + 1) & mask
        self.is_new = self.table[at] == -1
        if self.is_new:
            self.table[at] = wanted
            self.used += 1
            if 2 * self.used > mask:
                self._widen()
                at = self._find(first, second)
                self.is_new = True
        return at

    @cython.cfunc
    def _widen(self) -> None:
        """Make the hash table four times as large."""
        old: cython.longlong[:] = self.table
        slot: cython.int[:] = self.slot
        i: cython.longlong
        at: cython.longlong
        self.table = np.full(4 * len(old), -1, np.int64)
        self.slot = np.empty(4 * len(old), np.int32)
        self.used = 0
        for i in range(len(old)):
            if old[i] != -1:
                at = self._find(old[i] >> 32, old[i] & 0xFFFFFFFF)
                self.slot[at] = slot[i]

    @cython.cfunc
    def _key(self, type_: cython.longlong, sig: cython.longlong) -> cython.longlong:
        """The key of a class and signature."""
        at: cython.longlong = self._find(type_, sig)
        key: cython.longlong = self.key_count
        if not self.is_new:
            return self.slot[at]
        self.slot[at] = key
        if key >= len(self.keys):
            self.keys = np.resize(self.keys, (2 * key, 6))
        self.keys[key, 0] = type_
        self.keys[key, 1] = sig
        self.keys[key, 2] = self.keys[key, 3] = 0
        self.keys[key, 5] = -1
        self.keys[key, 4] = self.first_key[type_]
        self.first_key[type_] = key
        self.key_count += 1
        self._below(type_, key)
        return key

    @cython.cfunc
    def _below(self, type_: cython.longlong, key: cython.longlong) -> None:
        """Offer a new key the types below its class of which objects are made."""
        at: cython.longlong = 0
        count: cython.longlong = 1
        k: cython.longlong
        self.turn += 1
        self.queue[0] = type_
        self.stamp[type_] = self.turn
        while at < count:
            type_ = self.queue[at]
            at += 1
            for k in range(self.child_start[type_], self.child_start[type_ + 1]):
                if self.stamp[self.child[k]] != self.turn:
                    self.stamp[self.child[k]] = self.turn
                    self.queue[count] = self.child[k]
                    count += 1
        for k in range(count):
            if self.made[self.queue[k]] != -2 and self.is_app[self.queue[k]]:
                self._offer(key, self.queue[k])

    @cython.cfunc
    def _offer(self, key: cython.longlong, type_: cython.longlong) -> None:
        """Let a key know of a type of which objects are made."""
        target: cython.longlong = self.resolve(type_, self.keys[key, 1])
        if target < 0:
            if self.keys[key, 5] < 0:
                self.keys[key, 5] = self._first_outside(type_)
            return
        self._find(len(self.parent) + key, target)
        if self.is_new:
            if self.target_count >= len(self.targets):
                self.targets = np.resize(self.targets, (2 * self.target_count, 2))
            self.targets[self.target_count, 0] = target
            self.targets[self.target_count, 1] = key
            self.keys[key, 3] += 1
            self.target_count += 1
            self.reach(target)

    @cython.cfunc
    def _first_outside(self, type_: cython.longlong) -> cython.longlong:
        """The first superclass outside of the app."""
        steps: cython.longlong = 0
        while type_ >= 0 and self.is_app[type_] and steps < _DEPTH:
            type_ = self.parent[type_]
            steps += 1
        return type_

    @cython.ccall
    def follow(self, events: cython.const[cython.int][:, :], count: cython.longlong) -> None:
        """Follow what `Scanner` found: rows of node, event, and one or two numbers."""
        i: cython.longlong
        what: cython.longlong
        node: cython.longlong
        first: cython.longlong
        for i in range(count):
            node = events[i, 0]
            what = events[i, 1]
            first = events[i, 2]
            if what == 0:
                self.initialise(first, node)
                self.instantiate(first, node)
            elif what == 1:
                self.initialise(first, node)
            elif what == 2:
                self.edge(node, first, _CALL)
            elif what == 3:
                self._leave(node, first)
            elif what == 4:
                self._exactly(node, first, events[i, 3])
            else:
                self._virtual(node, first)

    @cython.cfunc
    def _leave(self, site: cython.longlong, type_: cython.longlong) -> None:
        """A call leads out of the app."""
        if type_ < 0:
            return
        if self.outside_count >= len(self.outside):
            self.outside = np.resize(self.outside, (2 * self.outside_count, 2))
        self.outside[self.outside_count, 0] = site
        self.outside[self.outside_count, 1] = type_
        self.outside_count += 1

    @cython.cfunc
    def _exactly(self, node: cython.longlong, type_: cython.longlong, ref: cython.longlong) -> None:
        """A call of which the type is known that the method is looked up in."""
        target: cython.longlong = self.resolve(type_, self.ref_sig[ref])
        if target >= 0:
            self.edge(node, target, _CALL)
        else:
            self._leave(node, self.ref_outside[ref] if self.ref_outside[ref] >= 0 else self._first_outside(type_))

    @cython.cfunc
    def _virtual(self, node: cython.longlong, ref: cython.longlong) -> None:
        """A call on an object that comes from elsewhere."""
        key: cython.longlong = self._key(self.ref_type[ref], self.ref_sig[ref])
        if self.ref_outside[ref] >= 0:
            self.keys[key, 5] = self.ref_outside[ref]
        if self.site_count >= len(self.sites):
            self.sites = np.resize(self.sites, (2 * self.site_count, 2))
        self.sites[self.site_count, 0] = node
        self.sites[self.site_count, 1] = key
        self.keys[key, 2] += 1
        self.site_count += 1

    @cython.ccall
    def overrides(self, types: cython.const[cython.int][:], out: cython.int[:, :]) -> cython.longlong:
        """Write type and method for the virtual methods of the app that objects of some types have; give how many.

        With an `out` that is too small, only counts.
        """
        n: cython.longlong = 0
        t: cython.longlong
        k: cython.longlong
        j: cython.longlong
        for t in range(len(types)):
            for k in range(self._climb(types[t])):
                for j in range(self.member_start[self.queue[k]], self.member_start[self.queue[k] + 1]):
                    if self.resolve(types[t], self.member_sig[j]) == self.member_method[j]:
                        if n < len(out):
                            out[n, 0] = types[t]
                            out[n, 1] = self.member_method[j]
                        n += 1
        return n
