"""Rights of the application's database role: deny by default, then what each model declares."""

from django.apps import apps
from django.conf import settings
from django.db import connection, models, transaction

from tiemchung.core.distribution import Rights, own_models


def declared_rights(model: type[models.Model]) -> str:
    """Give the SQL privileges of a model; the framework's own tables are worked with freely."""
    if model not in own_models():
        return "SELECT, INSERT, UPDATE, DELETE"
    rights: Rights = getattr(model, "rights", Rights.READ_ONLY)
    return f"SELECT, {rights}" if rights else "SELECT"


def grant_all() -> int:
    """Take every right from the application's role, then grant the declared ones; give the number of tables."""
    role = connection.ops.quote_name(settings.APP_DATABASE_ROLE)
    there = set(connection.introspection.table_names())
    migrated = [m for m in apps.get_models(include_auto_created=True) if m._meta.db_table in there]
    tables = [(m._meta.db_table, declared_rights(m)) for m in migrated]
    with transaction.atomic(), connection.cursor() as cursor:
        _ensure_role(cursor, settings.APP_DATABASE_ROLE)
        cursor.execute(f"REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {role}")
        cursor.execute(f"GRANT USAGE ON SCHEMA public TO {role}")
        cursor.execute(f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {role}")
        for table, rights in tables:
            cursor.execute(f"GRANT {rights} ON {connection.ops.quote_name(table)} TO {role}")
        cursor.execute(f"GRANT SELECT ON django_migrations TO {role}")
    return len(tables)


def _ensure_role(cursor: object, role: str) -> None:
    cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role])  # type: ignore[attr-defined]
    if cursor.fetchone() is None:  # type: ignore[attr-defined]
        quoted = connection.ops.quote_name(role)
        cursor.execute(f"CREATE ROLE {quoted} NOLOGIN")  # type: ignore[attr-defined]
        cursor.execute(f"GRANT {quoted} TO CURRENT_USER")  # type: ignore[attr-defined]
