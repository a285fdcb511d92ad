"""Every row of the catalogue of requirements: what serves it, from which events, or why nothing does.

The rows stand in ``models.yaml`` (M), ``tags.yaml`` (T), ``activities.yaml`` (A), ``points.yaml`` (P) and ``timers.yaml`` (N):

* ``by``: tags, features, columns of the store, and values that a rule may describe, such as ``count(quiz)``, that serve it
* ``part``: with ``by``, why that is not all of it
* ``later``: nothing serves it yet, and why
* ``outside``: no stream of events can tell it, and why
* ``from``: types of events that it is made from

Reasons are words of ``reasons.yaml``.
"""

from checks.catalogue.rows import FILES, Row, Status, read_rows, wrong
from checks.catalogue.tables import summary, table

__all__ = ["FILES", "Row", "Status", "read_rows", "summary", "table", "wrong"]
