"""Reading the parts of a scenario, tables of a file or dataclasses built in code: faults are kept by their paths, not raised."""

from __future__ import annotations

import inspect
import json
from collections import Counter
from dataclasses import dataclass, fields, is_dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Generic, TypeVar, get_args, get_type_hints

from pydantic import ConfigDict, PydanticUndefinedAnnotation, PydanticUserError, TypeAdapter, ValidationError

from gridbench.errors import UnknownName

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

T = TypeVar("T")

STRICT = ConfigDict(extra="forbid", allow_inf_nan=False, strict=True, revalidate_instances="always")
"""Unknown keys, NaN, infinity, and numbers given as text or as true are refused."""


@dataclass(frozen=True)
class Form(Generic[T]):
    """What a table is read as: one dataclass, or one of several told apart by the key `kind`."""

    adapter: TypeAdapter[list[T]]
    kinds: Mapping[str, type]

    @staticmethod
    def of(table: type[T]) -> Form[T]:
        """Return the form of one dataclass."""
        return Form(TypeAdapter(list[table], config=STRICT), {"": table})  # type: ignore[valid-type]


@cache
def form_of(table: type) -> Form[Any]:
    """Return the form of one dataclass, or one that checks nothing if the fields are not its arguments or have unknown types."""
    anything: Form[Any] = Form(TypeAdapter(list[Any]), {"": table})
    if set(inspect.signature(table).parameters) != {field.name for field in fields(table)}:
        return anything
    try:
        form: Form[Any] = Form.of(table)
        form.adapter.validate_python([])  # names that mean nothing at run time show in the first use
    except (PydanticUserError, PydanticUndefinedAnnotation):
        return anything
    return form


@dataclass(frozen=True)
class Item(Generic[T]):
    """One part: its path, its keys as written, and its value unless it had faults."""

    path: str
    raw: Mapping[str, Any]
    value: T | None

    @property
    def name(self) -> str:
        """The `name` as written, empty where there is none."""
        return self.text("name")

    def text(self, key: str) -> str:
        """Return the text under a key as written, empty where there is none."""
        found = self.raw.get(key)
        return found if isinstance(found, str) else ""


class Reading:
    """A scenario being read: the tables of its file as written, if it has one, and the faults met so far."""

    def __init__(self, raw: Mapping[str, Any] | None = None) -> None:
        """Begin with the tables as written and no fault."""
        self.raw = raw or {}
        self.faults: list[str] = []

    def add(self, path: str, *faults: str) -> None:
        """Keep faults of the place `path`."""
        self.faults += [f"{path}: {fault}" if path else fault for fault in faults]

    def head(self, form: Form[T], tables: tuple[str, ...]) -> Item[T]:
        """Read the keys above the first table; `tables` are the names that tables may have."""
        own = {key: value for key, value in self.raw.items() if key not in tables}
        return self._item("", own, form, known=tables)

    def table(self, key: str, form: Form[T]) -> Item[T]:
        """Read the table [key], which must be there."""
        raw = self.raw.get(key)
        if not isinstance(raw, dict):
            self.add(key, f"missing; mend: add the table [{key}]" if raw is None else f"mend: write it as a table [{key}]")
            return Item(key, {}, None)
        return self._item(key, raw, form)

    def tables(self, key: str, form: Form[T], *, least: int = 0) -> list[Item[T]]:
        """Read the tables [[key]], of which at least `least` must be there; names must differ."""
        raws = self.raw.get(key, [])
        if not isinstance(raws, list) or not all(isinstance(raw, dict) for raw in raws):
            self.add(key, f"mend: write it as tables [[{key}]]")
            return []
        if len(raws) < least:
            self.add(key, f"missing; mend: add a table [[{key}]]")
        items = [self._item(_path(key, i, raw), raw, form) for i, raw in enumerate(raws)]
        self._refuse_namesakes(key, items)
        return items

    def given(self, path: str, value: T) -> Item[T]:
        """Take a dataclass that was built in code, under the checks of a table."""
        cls: type = type(value)
        if not is_dataclass(value):
            self.add(path, f"is a {cls.__name__}, which is no dataclass; mend: write @dataclass(frozen=True) above the class")
            return Item(path, {}, None)
        form = form_of(cls)
        return self._checked(path, _raw(value), form, lambda: form.adapter.validate_python([value]))

    def all_given(self, key: str, values: Iterable[T], *, least: int = 0) -> list[Item[T]]:
        """Take dataclasses that were built in code, of which at least `least` must be there; names must differ."""
        items = [self.given(_path(key, i, _raw(value)), value) for i, value in enumerate(values)]
        if len(items) < least:
            self.add(key, f"missing; mend: give at least {least}")
        self._refuse_namesakes(key, items)
        return items

    def _refuse_namesakes(self, key: str, items: Sequence[Item[Any]]) -> None:
        for name, count in Counter(item.name for item in items if item.name).items():
            if count > 1:
                places = ", ".join(f"{key}[{i}]" for i, item in enumerate(items) if item.name == name)
                self.add(places, f"the name {name!r} is used {count} times; mend: rename all but one")

    def _item(self, path: str, raw: Mapping[str, Any], form: Form[T], known: tuple[str, ...] = ()) -> Item[T]:
        return self._checked(path, raw, form, lambda: form.adapter.validate_json(json.dumps([raw], default=str)), known)

    def _checked(
        self, path: str, raw: Mapping[str, Any], form: Form[T], read: Callable[[], list[T]], known: tuple[str, ...] = ()
    ) -> Item[T]:
        try:
            (value,) = read()
        except ValidationError as error:
            for one in error.errors(include_url=False):
                self.faults.append(_fault(path, dict(one), raw, form, known))
            return Item(path, raw, None)
        own = value.faults() if hasattr(value, "faults") else []
        self.add(path, *own)
        return Item(path, raw, value)


def _raw(value: object) -> dict[str, Any]:
    """The fields of a dataclass by name."""
    return {field.name: getattr(value, field.name) for field in fields(value)} if is_dataclass(value) else {}


def _path(key: str, index: int, raw: Mapping[str, Any]) -> str:
    """The path of a part in a list: `device[3] (MG1.diesel)`."""
    label = next((raw[field] for field in ("name", "feeder", "branch") if isinstance(raw.get(field), str)), "")
    return f"{key}[{index}] ({label})" if label else f"{key}[{index}]"


def _fault(path: str, error: dict[str, Any], raw: Mapping[str, Any], form: Form[Any], known: tuple[str, ...]) -> str:
    """One of pydantic's errors in our words, with its path."""
    kind = raw.get("kind")
    cls = form.kinds.get(kind if isinstance(kind, str) and kind in form.kinds else "")
    loc = [part for part in error["loc"][1:] if part != kind or part in raw]
    where = ".".join(part for part in (path, *_joined(loc)) if part)
    what = error["type"]
    if what == "union_tag_invalid":
        return f"{path}.kind: {UnknownName('kind of device', str(kind), form.kinds)}"
    if what == "union_tag_not_found":
        return f"{path}.kind: missing; mend: state one of {', '.join(form.kinds)}"
    if what == "unexpected_keyword_argument":
        names = _fields_at(cls, loc[:-1]) + list(known if len(loc) == 1 else ())
        return f"{where}: {UnknownName('key', str(loc[-1]), names)}"
    if what in ("missing", "missing_argument", "missing_keyword_only_argument"):
        return f"{where}: missing; mend: add it"
    return f"{where}: is {_shown(error['input'])}; mend: {_must(error['msg'])}"


def _must(said: str) -> str:
    """What pydantic demands, in the words of a TOML file."""
    for word in ("Input", "Tuple", "List", "String"):
        said = said.replace(f"{word} should", "it must")
    return said.replace("a valid array", "a list in [ ]").partition(" after validation")[0]


def _joined(loc: list[Any]) -> list[str]:
    """The parts of a location with list indices joined to their key."""
    parts: list[str] = []
    for part in loc:
        if isinstance(part, int) and parts:
            parts[-1] += f"[{part}]"
        else:
            parts.append(str(part))
    return parts


def _fields_at(cls: type | None, loc: list[Any]) -> list[str]:
    """The fields of the dataclass that stands at a location below `cls`."""
    for part in loc:
        hint = get_type_hints(cls).get(str(part)) if cls else None
        cls = next((one for one in (hint, *get_args(hint)) if isinstance(one, type) and is_dataclass(one)), None)
    return [field.name for field in fields(cls)] if cls is not None and is_dataclass(cls) else []


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
