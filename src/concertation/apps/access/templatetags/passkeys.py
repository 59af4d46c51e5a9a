"""What a browser needs to speak with a key, written into an attribute: no page holds a script."""

import json

from django import template

register = template.Library()


@register.filter
def as_json(options: object) -> str:
    """Options as JSON; the template escapes it for the attribute it stands in."""
    return json.dumps(options)
