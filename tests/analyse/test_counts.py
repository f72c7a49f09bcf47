from __future__ import annotations

from tawthiq.analyse.counts import count_by, incidents_table
from tawthiq.model import Incident, Level, Place


def test_incidents_are_counted_and_the_undated_are_not_lost() -> None:
    place = Place(name="x", level=Level.TOWN, admin1="SY08", lat=36.0, lon=40.0)
    rows = [
        Incident(id="I1", type="ied", claims=("a.1",), start="2023-05-15", place=place),
        Incident(id="I2", type="ied", claims=("b.1",), start="2023-05-15"),
        Incident(id="I3", type="attack", claims=("c.1",)),
    ]
    table = incidents_table(rows)
    assert count_by(table, "day").to_pylist() == [{"day": "2023-05-15", "count": 2}, {"day": None, "count": 1}]
    assert count_by(table, "admin1").to_pylist() == [{"admin1": "SY08", "count": 1}, {"admin1": None, "count": 2}]
    assert count_by(incidents_table([]), "day", "family").num_rows == 0
