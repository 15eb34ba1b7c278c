"""Every table of the product in one place, so that Alembic knows them all; a house test keeps it whole."""

from glaze.audit import models as audit
from glaze.changes import models as changes
from glaze.chat import models as chat
from glaze.consent import models as consent
from glaze.db.base import Base
from glaze.highlights import models as highlights
from glaze.jobs import models as jobs
from glaze.members import models as members
from glaze.snapshots import models as snapshots

ROOMS = (audit, changes, chat, consent, highlights, jobs, members, snapshots)

metadata = Base.metadata
