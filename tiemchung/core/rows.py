"""Rows on the way of every dose: statements written once for a table instead of compiled anew for each request.

Where the query compiler costs more than the database (recording a dose, deciding who asks), `rows` and `put_row` do
what `Model.objects.filter(...)` and `Model.save(force_insert=True)` do, with a condition in SQL that its caller wrote;
`copy_rows` writes many at once.
"""

from collections.abc import Callable, Iterable, Sequence
from functools import cache
from operator import attrgetter
from typing import Any, LiteralString, cast

from django.db import connection, models

from tiemchung.core.distribution import column_of
from tiemchung.core.statements import ask, tell

# Their values reach the driver unchanged; asking each field again for each row cost a tenth of a dose.
_AS_THEY_ARE = {
    models.UUIDField,
    models.DateField,
    models.DateTimeField,
    models.BooleanField,
    models.PositiveIntegerField,
    models.PositiveSmallIntegerField,
    models.TextField,
    models.CharField,
}


@cache
def _select(model: type[models.Model]) -> tuple[str, tuple[str, ...], tuple[tuple[int, Any], ...]]:
    fields = model._meta.concrete_fields
    columns = ", ".join(f'"{model._meta.db_table}"."{field.column}"' for field in fields)
    converting = tuple(
        (place, field.from_db_value) for place, field in enumerate(fields) if hasattr(field, "from_db_value")
    )
    start = f'SELECT {columns} FROM "{model._meta.db_table}" WHERE '  # noqa: S608 - names of our own tables
    return start, tuple(str(field.attname) for field in fields), converting


def rows[M: models.Model](model: type[M], where: LiteralString, *params: Any) -> list[M]:
    """Give the rows of one table that fit a condition; `where` is text of the program, never of a person."""
    start, names, converting = _select(model)
    found = ask(start + where, *params)
    if not converting:
        return [model.from_db(connection.alias, names, values) for values in found]
    return [model.from_db(connection.alias, names, _converted(values, converting)) for values in found]


def _converted(values: Sequence[Any], converting: tuple[tuple[int, Any], ...]) -> list[Any]:
    plain = list(values)
    for place, convert in converting:
        plain[place] = convert(plain[place], None, connection)
    return plain


@cache
def _insert(model: type[models.Model]) -> tuple[str, Callable[[Any], tuple[Any, ...]], tuple[tuple[int, Any], ...]]:
    """Give the statement, what takes the values from a row, and the place and field of each value to be prepared."""
    fields = tuple(f for f in model._meta.concrete_fields if not f.generated and not _by_database(f))
    columns = ", ".join(f'"{field.column}"' for field in fields)
    places = ", ".join(["%s"] * len(fields))
    taking = attrgetter(*(str(field.attname) for field in fields))
    preparing = tuple((place, field) for place, field in enumerate(fields) if type(field) not in _AS_THEY_ARE)
    text = f'INSERT INTO "{model._meta.db_table}" ({columns}) VALUES ({places})'  # noqa: S608 - names of our own
    return text, taking, preparing


def _by_database(field: Any) -> bool:
    return bool(field.has_db_default())


def put_row(row: models.Model) -> None:
    """Insert one new row; what the database itself fills in is not read back."""
    statement, taking, preparing = _insert(type(row))
    _put(statement, list(taking(row)), preparing)
    row._state.adding = False
    row._state.db = connection.alias


_FEW = 8  # each number of rows is a text that is kept


def put_rows[M: models.Model](lines: Sequence[M]) -> None:
    """Insert new rows of one table in one statement; a page's worth, not a file's (see `copy_rows`)."""
    if not lines:
        return
    if len(lines) > _FEW:
        type(lines[0])._default_manager.bulk_create(lines)
        return
    statement, taking, preparing = _insert(type(lines[0]))
    head, places = statement.split(" VALUES ")
    values = [_prepared(list(taking(row)), preparing) for row in lines]
    tell(f"{head} VALUES {', '.join([places] * len(values))}", *(value for line in values for value in line))


@cache
def _defaults(model: type[models.Model]) -> dict[str, Callable[[], Any]]:
    fields = (f for f in model._meta.concrete_fields if not f.generated and not _by_database(f))
    return {str(field.attname): field.get_default for field in fields}


def put(model: type[models.Model], **values: Any) -> None:
    """Insert one new row of which nobody needs the object; what is not named has the field's own default.

    Raises TypeError for a name that the table has not.
    """
    statement, _, preparing = _insert(model)
    line = [values.pop(name) if name in values else default() for name, default in _defaults(model).items()]
    if values:
        raise TypeError(f"{model.__name__} has no {', '.join(sorted(values))}")
    _put(statement, line, preparing)


def _put(statement: str, line: list[Any], preparing: tuple[tuple[int, Any], ...]) -> None:
    tell(statement, *_prepared(line, preparing))


def _prepared(line: list[Any], preparing: tuple[tuple[int, Any], ...]) -> list[Any]:
    for place, field in preparing:
        line[place] = field.get_db_prep_save(line[place], connection)
    return line


def copy_rows(model: type[models.Model], names: Sequence[str], lines: Iterable[Sequence[Any]]) -> None:
    """Insert many new rows by COPY, columns in the order of `names`; what is not named has the database's default.

    A value that breaks a unique key fails the whole: who may come second asks with ON CONFLICT instead.
    """
    columns = ", ".join(f'"{column_of(model, name)}"' for name in names)
    statement = cast(LiteralString, f'COPY "{model._meta.db_table}" ({columns}) FROM STDIN')
    with connection.cursor() as cursor, cursor.copy(statement) as sink:
        for line in lines:
            sink.write_row(line)
