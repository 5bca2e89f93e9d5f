"""Where a path goes when something is thrown."""

from affidavit.dalvik.replay.decode import Instruction
from affidavit.dalvik.replay.heap import State
from affidavit.dalvik.replay.objects import Objects
from affidavit.dalvik.replay.paths import Frame, Path
from affidavit.dalvik.replay.values import Value, opaque

POINTER = "Ljava/lang/NullPointerException;"
THROWABLE = "Ljava/lang/Throwable;"


class Exceptions(Objects):
    """Throwing: handlers are tried in order, by the exception's type; what none takes ends the activation."""

    def throw(self, frame: Frame, path: Path, item: Instruction, value: Value) -> None:
        """An exception is thrown; the path is used up."""
        left: Value | None = value._replace(nullable=False)
        for type_, row in item.handlers:
            if left is None:
                return
            caught, left = self.catches(path.state, left, type_)
            if caught is not None:
                branch = path.fork() if left is not None else path
                branch.caught = caught
                frame.arrive(branch, item.row, row)
        if left is not None:
            frame.end(path.state, left, thrown=True)

    def catches(self, state: State, value: Value, type_: str) -> tuple[Value | None, Value | None]:
        """The part of an exception that a handler takes, and the part that it leaves.

        What is thrown by code outside of the app is not of a class of the app.
        """
        if not type_:
            return value, None
        caught, left = self.split(state, value, type_)
        if caught is not None and caught.opaque and not caught.refs and self.types.is_app(type_):
            bound = value.type or THROWABLE
            if not self.types.is_app(bound):
                return None, value
        return caught, left

    def holder(self, frame: Frame, path: Path, item: Instruction, register: int) -> Value | None:
        """The object whose field an instruction reads or writes; None when there is none, and it throws."""
        value = path.regs[register]
        if value.is_null:
            self.fail(frame, path, item, POINTER)
            return None
        if value.nullable:
            self.may_fail(frame, path, item, POINTER)
            value = path.regs[register] = value._replace(nullable=False)
        return self.summoned(path.state, value, self.field_ref(frame, item).holder) if value.opaque else value

    def fail(self, frame: Frame, path: Path, item: Instruction, type_: str) -> int:
        """The instruction throws for certain."""
        self.throw(frame, path, item, opaque(type_, nullable=False))
        return -1

    def may_fail(self, frame: Frame, path: Path, item: Instruction, type_: str = THROWABLE) -> None:
        """The instruction may throw: followed where somebody would notice."""
        if self.lean:
            useful = any(row in frame.body.useful for _, row in item.handlers)
        else:
            useful = bool(item.handlers) or frame.guarded
        if useful:
            self.throw(frame, path.fork(), item, opaque(type_, nullable=False))
