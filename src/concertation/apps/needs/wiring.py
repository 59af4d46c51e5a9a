"""What `needs` offers to the subjects below it: importers of figures, answers that bring in what waited, what rests on a source, places as they are found."""

from django.utils.translation import gettext_lazy as _

from concertation.apps.needs.commands import close_further
from concertation.apps.needs.imports import FigureImporter, ask_anew, bring_in_answered
from concertation.apps.needs.queries import rest_on_source
from concertation.apps.needs.search_reading import places_as_things
from concertation.apps.search.kinds import Kind, offer, whole
from concertation.apps.sources.imports import register
from concertation.apps.sources.review import register_applier, register_resting, register_undoer
from concertation.apps.sources.withdrawals import register_closer

register(FigureImporter())
register_applier("place", bring_in_answered)
register_undoer("place", ask_anew)
register_resting(lambda source, mandates: {"figures": rest_on_source(source.pk, mandates)})
register_closer(close_further)
offer(Kind("place", 1, _("Lieux"), frozenset({"sources"}), suggests=True, **whole(places_as_things)))
