# How values cross. What `marshal` writes by itself (None, bool, int, float, str, bytes, list, dict with text keys)
# crosses as it is; a tuple is a tag: ("array", dtype, shape, data), ("table", columns), ("duration", nanoseconds).
# `data` is a list of strings, or the number of bytes that stand, padded to eight, behind the message.

import marshal
import sys

PAD = bytes(8)
SCALARS = frozenset((type(None), bool, int, float, str, bytes))
TEXT = frozenset((str,))
DEEPEST = 100
CODES = {"bool": "?", "int64": "q", "uint64": "Q", "float32": "f", "float64": "d", "datetime": "q"}


class Uncrossable(Exception):
    """A value that has no form on the other side, and where it is."""

    def __init__(self, why):
        self.why = why
        self.way = []

    def path(self):
        way = self.way[::-1]
        return "".join(way if len(way) <= 10 else [*way[:10], "…"])


def kind_of(value):
    kind = type(value)
    module = getattr(kind, "__module__", "")
    return kind.__qualname__ if module in ("builtins", "") else f"{module}.{kind.__qualname__}"


# Outward: from the function to the spec.


def outward(value, bodies, depth=0):
    kind = type(value)
    if kind in SCALARS:
        return value
    if depth > DEEPEST:
        raise Uncrossable(f"it is nested more than {DEEPEST} levels deep, or holds itself")
    if kind is list or kind is tuple:
        return sequence(value, bodies, depth)
    if kind is dict:
        return mapping(value, bodies, depth)
    how = HOW.get(kind)
    if how is None:
        how = HOW[kind] = find_how(value)
    return how(value, bodies, depth + 1)


def sequence(value, bodies, depth):
    if SCALARS.issuperset(map(type, value)):
        return value if type(value) is list else list(value)
    items = []
    for index, item in enumerate(value):
        try:
            items.append(outward(item, bodies, depth + 1))
        except Uncrossable as error:
            error.way.append(f"[{index}]")
            raise
    return items


def mapping(value, bodies, depth):
    if TEXT.issuperset(map(type, value)) and type(value) is dict and SCALARS.issuperset(map(type, value.values())):
        return value
    items = {}
    for key in value:
        name = key if type(key) is str else key_text(key)
        if name in items:
            raise Uncrossable(f"two of its keys read `{name}`")
        try:
            items[name] = outward(value[key], bodies, depth + 1)
        except Uncrossable as error:
            error.way.append(f".{name}")
            raise
    return items


def key_text(key):
    if isinstance(key, str):
        return str.__str__(key)
    if key is None or isinstance(key, bool):
        return {None: "null", True: "true", False: "false"}[key]
    if isinstance(key, tuple):
        return "(" + ", ".join(map(key_text, key)) + ")"
    plain = outward(key, [])
    if type(plain) in (int, float, str, bool):
        return str(plain)
    raise Uncrossable(f"a {kind_of(key)} is no key that reads as text")


def find_how(value):
    """By the names of the types: nothing is imported to know what it is."""
    kind = type(value)
    if hasattr(kind, "__dataclass_fields__"):
        return fields_of(tuple(kind.__dataclass_fields__))
    if issubclass(kind, tuple) and hasattr(kind, "_fields"):
        return fields_of(kind._fields)
    for parent in kind.__mro__:
        module = getattr(parent, "__module__", None)
        how = KNOWN.get((str(module).partition(".")[0], parent.__name__))
        if how is not None:
            return how
    if hasattr(kind, "keys") and hasattr(kind, "__getitem__"):
        return mapping
    if hasattr(kind, "__array__"):
        return like(lambda value: value.__array__())
    if hasattr(kind, "numpy"):
        return like(lambda value: value.numpy())
    return refuse


def refuse(value, bodies, depth):
    hint = ""
    if hasattr(value, "toarray"):
        hint = ": return its `.toarray()`"
    elif hasattr(value, "__next__"):
        hint = ": return a list of what it gives"
    elif hasattr(value, "__aiter__") or hasattr(value, "__await__"):
        hint = ": return what it comes to"
    article = "an" if kind_of(value)[0] in "aeiouAEIOU" else "a"
    raise Uncrossable(f"{article} `{kind_of(value)}` has no form outside Python{hint}")


def fields_of(names):
    def how(value, bodies, depth):
        items = {}
        for name in names:
            try:
                items[name] = outward(getattr(value, name), bodies, depth)
            except Uncrossable as error:
                error.way.append(f".{name}")
                raise
        return items

    return how


def like(make):
    return lambda value, bodies, depth: outward(make(value), bodies, depth)


def member(value, bodies, depth):
    return outward(value.value, bodies, depth)


def members(value, bodies, depth):
    try:
        items = sorted(value)
    except TypeError:
        raise Uncrossable("a set has no order, and what this one holds cannot be sorted") from None
    return sequence(items, bodies, depth)


def duration(value, bodies, depth):
    return lasting(((value.days * 86400 + value.seconds) * 1000000 + value.microseconds) * 1000 + getattr(value, "nanoseconds", 0))


def lasting(nanoseconds):
    if nanoseconds < 0:
        raise Uncrossable("a duration below zero has no form here: return its `.total_seconds()`")
    return ("duration", nanoseconds)


def raw(view, bodies):
    """The bytes behind the message; what stands in it for them is their number."""
    view = memoryview(view).cast("B") if view is not None else memoryview(b"")
    bodies.append(view)
    odd = -len(view) % 8
    if odd:
        bodies.append(PAD[:odd])
    return len(view)


def of_array(value, bodies, depth):
    numpy = sys.modules["numpy"]
    if isinstance(value, numpy.ma.MaskedArray):
        return outward(value.tolist(), bodies, depth)
    if value.ndim == 0:
        return outward(value[()], bodies, depth)
    dtype, kind = value.dtype, value.dtype.kind
    if kind == "V" and dtype.names:
        return table([(name, value[name], None) for name in dtype.names], bodies)
    if kind == "O" and set(map(type, value.flat)) == TEXT or kind in "UT":
        return ("array", "string", list(value.shape), list(map(str, value.ravel().tolist())))
    if kind == "m" and not numpy.isnat(value).any():
        return nested(value.astype("m8[ns]").astype("i8").tolist(), lasting)
    if kind in "OSm":
        return outward(value.tolist(), bodies, depth)
    if kind == "M" and numpy.isnat(value).any():
        return outward(value.astype("M8[us]").tolist(), bodies, depth)
    name, plain = numbers(value)
    return ("array", name, list(value.shape), raw(plain if plain.size else None, bodies))


def nested(items, make):
    return [nested(item, make) for item in items] if type(items) is list else make(items)


def numbers(value):
    """The dtype that it crosses as, and its elements in that dtype and in order."""
    numpy = sys.modules["numpy"]
    kind, size = value.dtype.kind, value.dtype.itemsize
    if kind == "M":
        fine = value.astype("M8[us]")
        if ((fine.astype(value.dtype) != value) & ~numpy.isnat(value)).any():
            raise Uncrossable("its datetimes are finer than a microsecond")
        return "datetime", numpy.ascontiguousarray(fine).view("i8")
    to = {"b": ("bool", "?"), "i": ("int64", "<i8"), "u": ("uint64", "<u8")}.get(kind)
    if kind == "f" and size <= 8:
        to = ("float64", "<f8") if size == 8 else ("float32", "<f4")
    if to is None:
        raise Uncrossable(f"an array of dtype {value.dtype} has no form here")
    return to[0], numpy.asarray(value, dtype=to[1], order="C")


def of_scalar(value, bodies, depth):
    numpy = sys.modules["numpy"]
    kind = value.dtype.kind
    if kind in "mM":
        if numpy.isnat(value):
            return None
        return lasting(int(value.astype("m8[ns]").astype("i8"))) if kind == "m" else str(value)
    if kind == "V":
        return {name: outward(value[name], bodies, depth) for name in value.dtype.names or ()}
    if kind in "cV" or kind == "f" and value.dtype.itemsize > 8:
        return refuse(value, bodies, depth)
    return outward(value.item(), bodies, depth)


def table(columns, bodies):
    """Columns of (name, elements, valid): the elements an array, or a list in which None is a null."""
    made, names = [], set()
    for name, elements, valid in columns:
        name = name if type(name) is str else key_text(name)
        if name in names:
            raise Uncrossable(f"two of its columns are called `{name}`")
        names.add(name)
        try:
            made.append([name, *column(elements, valid, bodies)])
        except Uncrossable as error:
            error.way.append(f".{name}")
            raise
    return ("table", made)


def column(elements, valid, bodies):
    numpy = sys.modules.get("numpy")
    if numpy is not None and isinstance(elements, numpy.ndarray):
        if elements.ndim != 1:
            raise Uncrossable("a column holds one value a row")
        if elements.dtype.kind in "OSUTm":
            elements = elements.tolist()
        else:
            if elements.dtype.kind == "M":
                absent = numpy.isnat(elements)
                if absent.any():
                    valid = ~absent if valid is None else valid & ~absent
            name, plain = numbers(elements)
            data = raw(plain if plain.size else None, bodies)
            return [name, data, None if valid is None else raw(bytes(numpy.asarray(valid, dtype="?")), bodies)]
    return listed(elements, bodies)


def told_missing(elements):
    """The elements with None for each that is missing, and the types of the others."""
    elements = [None if type(item).__name__ in ("NAType", "NaTType") else item for item in elements]
    if str in map(type, elements):
        # Among texts pandas marks what is missing by a NaN.
        elements = [None if type(item) is float and item != item else item for item in elements]
    return elements, {type(item) for item in elements} - {type(None)}


class Typed(list):
    """What a column holds, be it nothing, whose type its library tells."""

    def __init__(self, items, told):
        super().__init__(items)
        told = told.lower()
        known = {"str": str, "utf8": str, "large_string": str, "bool": bool, "date": Moment, "timestamp": Moment}
        self.kinds = {kind for name, kind in known.items() if told.startswith(name) and told[:6] != "struct"}


class Moment:
    """Stands for every type of date and time."""

    toordinal = None


def listed(elements, bodies):
    import array

    typed = getattr(elements, "kinds", set())
    elements, kinds = told_missing(elements)
    present = [item is not None for item in elements]
    kinds = kinds or typed
    if not kinds:
        name, code, other = "float64", "d", float("nan")
    elif kinds == {bool}:
        name, code, other = "bool", "b", False
    elif kinds == {int}:
        large = max(item for item in elements if item is not None) > 0x7FFFFFFFFFFFFFFF
        name, code, other = ("uint64", "Q", 0) if large else ("int64", "q", 0)
    elif kinds <= {int, float}:
        name, code, other = "float64", "d", 0.0
    elif kinds == {str}:
        name, code, other = "string", None, ""
    elif all(hasattr(kind, "toordinal") for kind in kinds):
        elements = [item if item is None else microseconds(item) for item in elements]
        name, code, other = "datetime", "q", 0
    else:
        plain = {kind: outward(item, []) for item in elements if (kind := type(item)) not in SCALARS}
        if plain and all(type(item) in SCALARS for item in plain.values()):
            return listed([outward(item, []) for item in elements], bodies)
        raise Uncrossable("it holds values of types " + ", ".join(sorted(kind.__name__ for kind in kinds)))
    filled = [other if item is None else item for item in elements]
    try:
        data = filled if code is None else raw(array.array(code, filled), bodies)
    except OverflowError:
        raise Uncrossable("an integer in it needs more than 64 bits") from None
    return [name, data, None if all(present) else raw(bytes(present), bodies)]


def microseconds(moment):
    from datetime import datetime, timedelta, timezone

    if not hasattr(moment, "hour"):
        moment = datetime(moment.year, moment.month, moment.day)
    if getattr(moment, "nanosecond", 0):
        raise Uncrossable("its datetimes are finer than a microsecond")
    start = datetime(1970, 1, 1, tzinfo=timezone.utc if moment.tzinfo else None)
    return (moment - start) // timedelta(microseconds=1)


def of_pandas(value, bodies, depth):
    frame = value
    if any(name is not None for name in frame.index.names):
        frame = frame.reset_index()
    columns = [(name, *of_series(frame.iloc[:, at])) for at, name in enumerate(frame.columns)]
    return table(columns, bodies)


def of_series(series):
    """Elements and mask of a pandas series; a NaN that is no null stays one."""
    numpy = sys.modules["numpy"]
    dtype = series.dtype
    if hasattr(dtype, "categories"):
        series = series.astype(dtype.categories.dtype if not series.isna().any() else object)
        dtype = series.dtype
    if hasattr(dtype, "tz"):
        series = series.dt.tz_convert("UTC").dt.tz_localize(None)
        dtype = series.dtype
    if isinstance(dtype, numpy.dtype):
        return series.to_numpy(), None
    kind = getattr(dtype, "kind", "O")
    if kind not in "biuf":
        items = series.astype(object).tolist()
        return Typed(items, str(dtype)) if kind != "O" or str(dtype).startswith("str") else items, None
    if hasattr(dtype, "fill_value"):
        return series.array.to_dense(), None
    mask = getattr(series.array, "_mask", None)
    absent = numpy.array(mask) if mask is not None else series.isna().to_numpy()
    form = getattr(dtype, "numpy_dtype", numpy.dtype({"b": "?", "i": "i8", "u": "u8", "f": "f8"}[kind]))
    if mask is not None:
        return series.array._data, ~absent if absent.any() else None
    return series.to_numpy(dtype=form, na_value=0 if absent.any() else None), ~absent if absent.any() else None


def series_value(elements, valid, bodies, depth):
    """A column by itself: an array, or a list where there are nulls."""
    numpy = sys.modules["numpy"]
    if valid is not None:
        elements = [item if held else None for item, held in zip(elements.tolist(), valid.tolist())]
    elif not isinstance(elements, numpy.ndarray):
        elements, _ = told_missing(elements)
        if set(map(type, elements)) == TEXT:
            return ("array", "string", [len(elements)], elements)
    return outward(elements, bodies, depth)


def of_polars(series):
    if series.dtype.is_numeric() and "numpy" in sys.modules and not series.dtype.is_decimal():
        absent = series.is_null()
        if absent.any():
            return series.fill_null(0).to_numpy(), ~absent.to_numpy()
        return series.to_numpy(), None
    return Typed(series.to_list(), str(series.dtype)), None


def of_arrow(column):
    text = str(column.type)
    if text.startswith(("int", "uint", "float", "double")) and "numpy" in sys.modules:
        if column.null_count:
            valid = column.is_valid().to_numpy(**({"zero_copy_only": False} if not hasattr(column, "chunks") else {}))
            column = column.fill_null(0)
        else:
            valid = None
        return column.to_numpy(**({"zero_copy_only": False} if not hasattr(column, "chunks") else {})), valid
    return Typed(column.to_pylist(), text), None


def alone(split):
    def how(value, bodies, depth):
        elements, valid = split(value)
        if "numpy" in sys.modules:
            return series_value(elements, valid, bodies, depth)
        return outward(list(elements), bodies, depth)

    return how


def framed(split):
    def how(value, bodies, depth):
        names = getattr(value, "column_names", None) or value.columns
        parts = value.columns if hasattr(value, "schema") and hasattr(value, "column_names") else value.get_columns()
        return table([(name, *split(part)) for name, part in zip(names, parts)], bodies)

    return how


HOW = {}
KNOWN = {
    ("builtins", "str"): lambda value, bodies, depth: str.__str__(value),
    ("builtins", "int"): lambda value, bodies, depth: int(value),
    ("builtins", "float"): lambda value, bodies, depth: float.__float__(value),
    ("builtins", "bytes"): like(bytes),
    ("builtins", "bytearray"): like(bytes),
    ("builtins", "memoryview"): like(bytes),
    ("builtins", "list"): sequence,
    ("builtins", "tuple"): sequence,
    ("builtins", "range"): like(list),
    ("builtins", "dict_keys"): like(list),
    ("builtins", "dict_values"): like(list),
    ("builtins", "dict"): mapping,
    ("builtins", "set"): members,
    ("builtins", "frozenset"): members,
    ("collections", "deque"): like(list),
    ("array", "array"): like(list),
    ("enum", "Enum"): member,
    ("decimal", "Decimal"): like(str),
    ("fractions", "Fraction"): like(str),
    ("pathlib", "PurePath"): like(str),
    ("uuid", "UUID"): like(str),
    ("datetime", "datetime"): like(lambda value: value.isoformat()),
    ("datetime", "date"): like(lambda value: value.isoformat()),
    ("datetime", "time"): like(lambda value: value.isoformat()),
    ("datetime", "timedelta"): duration,
    ("numpy", "ndarray"): of_array,
    ("numpy", "generic"): of_scalar,
    ("pandas", "DataFrame"): of_pandas,
    ("pandas", "Series"): alone(of_series),
    ("pandas", "Index"): alone(lambda value: of_series(value.to_series())),
    ("pandas", "ExtensionArray"): alone(lambda value: of_series(sys.modules["pandas"].Series(value))),
    ("pandas", "NAType"): lambda value, bodies, depth: None,
    ("pandas", "NaTType"): lambda value, bodies, depth: None,
    ("polars", "DataFrame"): framed(of_polars),
    ("polars", "LazyFrame"): like(lambda value: value.collect()),
    ("polars", "Series"): alone(of_polars),
    ("pyarrow", "Table"): framed(of_arrow),
    ("pyarrow", "RecordBatch"): framed(of_arrow),
    ("pyarrow", "ChunkedArray"): alone(of_arrow),
    ("pyarrow", "Array"): alone(of_arrow),
    ("pyarrow", "Scalar"): like(lambda value: value.as_py()),
    ("torch", "Tensor"): like(lambda value: value.detach().cpu().resolve_conj().resolve_neg().numpy()),
}


# Inward: from the spec to the function.


def arguments(calls, form, tagged, body):
    """What a function is given; None as `form` is each value's natural one."""
    if not tagged and form != "numpy":
        return calls
    taken = Taken(body, form)
    init, steps = calls
    if init is not None:
        init = [taken.value(init[0]), taken.value(init[1])]
    return init, [[name, taken.items(args), taken.entries(kwargs)] for name, args, kwargs in steps]


def package(name, form):
    try:
        __import__(name)
        return sys.modules[name]
    except ImportError as error:
        raise Uncrossable(f"`{name}` cannot be imported ({error}), which a table as `{form}` needs") from None


class Taken:
    """Reads values, taking the bytes behind the message one after another."""

    def __init__(self, body, form):
        self.body, self.form, self.at = body, form, 0

    def value(self, value):
        kind = type(value)
        if kind is list:
            if self.form == "numpy" and numeric(value):
                return package("numpy", "numpy").array(value)
            return self.items(value)
        if kind is dict:
            return self.entries(value)
        if kind is tuple:
            return getattr(self, value[0])(*value[1:])
        return value

    def items(self, values):
        return [self.value(item) for item in values]

    def entries(self, values):
        return {key: self.value(item) for key, item in values.items()}

    def bytes(self, size):
        view = self.body[self.at : self.at + size] if size else memoryview(b"")
        self.at += size + -size % 8
        return view

    def duration(self, nanoseconds):
        from datetime import timedelta

        return timedelta(microseconds=nanoseconds / 1000 if nanoseconds % 1000 else nanoseconds // 1000)

    def array(self, dtype, shape, data):
        numpy = None
        if self.form != "plain":
            try:
                import numpy
            except ImportError:
                if self.form is not None:
                    numpy = package("numpy", self.form)
        if numpy is not None:
            return self.elements(numpy, dtype, data).reshape(shape)
        flat = self.plain(dtype, data)
        for size in reversed(shape[1:]):
            flat = [flat[at : at + size] for at in range(0, len(flat), size)] if size else flat
        if 0 in shape[1:]:
            flat = empty(shape)
        return flat if shape else flat[0]

    def elements(self, numpy, dtype, data):
        if dtype == "string":
            return numpy.array(data, dtype=str) if data else numpy.array([], dtype="U1")
        code = {"bool": "?", "int64": "<i8", "uint64": "<u8", "float32": "<f4", "float64": "<f8", "datetime": "<M8[us]"}
        return numpy.frombuffer(self.bytes(data), dtype=code[dtype])

    def plain(self, dtype, data):
        if dtype == "string":
            return data
        items = self.bytes(data).cast(CODES[dtype]).tolist()
        if dtype == "datetime":
            from datetime import datetime, timedelta

            start = datetime(1970, 1, 1)
            return [start + timedelta(microseconds=item) for item in items]
        return items

    def table(self, columns):
        form = self.form or "dataframe"
        if form in ("plain", "arrow", "polars"):
            read = [(name, dtype, self.plain(dtype, data), self.valid(mask)) for name, dtype, data, mask in columns]
            read = [(name, dtype, nulled(items, valid)) for name, dtype, items, valid in read]
        else:
            numpy = package("numpy" if form == "numpy" else "pandas", form) and sys.modules["numpy"]
            read = [
                (name, dtype, data if dtype == "string" else self.elements(numpy, dtype, data), self.valid(mask))
                for name, dtype, data, mask in columns
            ]
        return globals()["as_" + form](read)

    def valid(self, mask):
        return None if mask is None else self.bytes(mask).cast("?").tolist()


def numeric(value):
    """A list of numbers, or of such lists of one length."""
    kinds = set(map(type, value))
    if kinds == {list}:
        return len(set(map(len, value))) == 1 and all(map(numeric, value))
    return kinds <= {int, float} or kinds == {bool}


def empty(shape):
    return [empty(shape[1:]) for _ in range(shape[0])] if shape else []


def nulled(items, valid):
    return items if valid is None else [item if held else None for item, held in zip(items, valid)]


def as_plain(columns):
    names = [name for name, _, _ in columns]
    return [dict(zip(names, row)) for row in zip(*(items for _, _, items in columns))]


def as_numpy(columns):
    import numpy

    def whole(dtype, items, valid):
        if dtype == "string":
            return numpy.array(nulled(items, valid), dtype=object)
        if valid is None:
            return items
        if dtype == "datetime":
            return numpy.where(valid, items, numpy.datetime64("NaT"))
        return numpy.where(valid, items, numpy.nan)

    made = [whole(dtype, items, valid) for _, dtype, items, valid in columns]
    kinds = {column.dtype.kind for column in made}
    if kinds <= set("biuf") or kinds == {"M"}:
        return numpy.column_stack(made) if made else numpy.empty((0, 0))
    cells = numpy.empty((len(made[0]), len(made)), dtype=object)
    for at, column in enumerate(made):
        cells[:, at] = column.tolist()
    return cells


def as_dataframe(columns):
    """As pandas reads a CSV file: a null is a NaN, and whole numbers beside one are floats where these hold them."""
    import numpy
    import pandas

    def series(dtype, items, valid):
        if dtype == "string":
            items = nulled(items, valid)
            return pandas.Series(items, dtype=None if any(item is not None for item in items) else object)
        if dtype == "datetime" or valid is None:
            return as_series(dtype, items, valid)
        absent = ~numpy.array(valid, dtype=bool)
        if dtype == "bool":
            return pandas.Series([numpy.nan if none else item for none, item in zip(absent, items.tolist())], dtype=object)
        if items.dtype.kind in "iu" and any(abs(item) > 1 << 53 for item in items[~absent].tolist()):
            return as_series(dtype, items, valid)
        return pandas.Series(numpy.where(absent, numpy.nan, items))

    return pandas.DataFrame({name: series(dtype, items, valid) for name, dtype, items, valid in columns})


def as_nullable(columns):
    import pandas

    return pandas.DataFrame({name: as_series(dtype, items, valid) for name, dtype, items, valid in columns})


def as_series(dtype, items, valid):
    """A column in which null and NaN are two things."""
    import numpy
    import pandas

    if dtype == "string":
        return pandas.Series(nulled(items, valid), dtype="string")
    if valid is None:
        return pandas.Series(items)
    absent = ~numpy.array(valid, dtype=bool)
    if dtype == "datetime":
        return pandas.Series(numpy.where(absent, numpy.datetime64("NaT"), items))
    of = {"bool": "BooleanArray", "float32": "FloatingArray", "float64": "FloatingArray"}
    return pandas.Series(getattr(pandas.arrays, of.get(dtype, "IntegerArray"))(items.copy(), absent))


def as_polars(columns):
    polars = package("polars", "polars")
    of = {"bool": "Boolean", "int64": "Int64", "uint64": "UInt64", "float32": "Float32", "float64": "Float64", "string": "String"}

    def series(name, dtype, items):
        kind = polars.Datetime("us") if dtype == "datetime" else getattr(polars, of[dtype], None) or polars.Utf8
        return polars.Series(name, items, dtype=kind)

    return polars.DataFrame([series(*column) for column in columns])


def as_arrow(columns):
    pyarrow = package("pyarrow", "arrow")

    def array(dtype, items):
        kind = pyarrow.timestamp("us") if dtype == "datetime" else {"bool": pyarrow.bool_()}.get(dtype) or getattr(pyarrow, dtype)()
        return pyarrow.array(items, type=kind, from_pandas=False)

    return pyarrow.table({name: array(dtype, items) for name, dtype, items in columns})
