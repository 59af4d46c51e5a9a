"""The picture as plain values, the same for the terminal and for programs."""

from collections.abc import Sequence

from concertation.apps.picture.queries import Asked, Row, scenes
from concertation.core.sharing import Mandate


def picture_told(mandates: Sequence[Mandate], wanted: Asked) -> dict[str, object]:
    """The picture as JSON: null where no figure is held, 0 actors only under a report, else null."""
    [scene] = scenes(mandates, [wanted])
    start, end = scene.need_dates
    return {
        "state": wanted.state, "level": wanted.level, "sector": wanted.sector, "division": wanted.division,
        "as_of": wanted.on, "need_date": [start, end], "presence_period": list(scene.period) if scene.period else None,
        "organisations_reporting": scene.reporting,
        "rows": [line(row) for row in scene.rows],
        "total": {name: scene.total(name) for name in ("need", "targeted", "reached")} | {"gap": scene.total("not_targeted")},
    }


def line(row: Row) -> dict[str, object]:
    """One unit; `gap` is need not targeted, `not_reached` target not reached, each null where a part is not held."""
    return {
        "unit": row.unit.pk, "pcode": row.pcode, "name_fr": row.unit.name_fr, "name_en": row.unit.name_en, "need": row.need,
        "targeted": row.targeted, "reached": row.reached, "gap": row.not_targeted, "not_reached": row.not_reached,
        "actors": row.organisations if row.verdict in ("declared", "none_declared") else None, "activities": row.activities,
        "presence": row.verdict, "need_estimated": row.need_estimated, "source": row.need_source or None,
    }
