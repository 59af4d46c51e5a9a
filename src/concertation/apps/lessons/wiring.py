"""What `lessons` offers to the apps below it: lessons as they are found by words of either language."""

from django.utils.translation import gettext_lazy as _

from concertation.apps.lessons.search_reading import lesson_stamps, lessons_as_things
from concertation.apps.search.kinds import Kind, offer

offer(
    Kind(
        "lesson", 5, _("Leçons"), frozenset({"lessons"}), lesson_stamps, lessons_as_things, of_each_state=True,
        narrowing=frozenset({"lessons.lesson-withdrawn", "lessons.lesson-closed-further"}),
    ),
)
