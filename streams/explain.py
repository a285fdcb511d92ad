"""``qunpulse explain``: the answer of ``/v1/members/{id}/explain`` as text."""

import json
import urllib.parse
import urllib.request

from streams.settings import Settings


def explanation(settings: Settings, member: str, brand: str, lang: str) -> str:
    """Text for a person.

    Raises:
        OSError: the API does not answer, or answers with an error.
    """
    query = urllib.parse.urlencode({"brand_id": brand, "lang": lang})
    url = f"http://{settings.api_host}:{settings.api_port}/v1/members/{urllib.parse.quote(member, safe='')}/explain?{query}"
    request = urllib.request.Request(url)
    if settings.api_token is not None:
        request.add_header("Authorization", f"Bearer {settings.api_token.get_secret_value()}")
    with urllib.request.urlopen(request, timeout=10) as answer:
        body = json.load(answer)
    return json.dumps(body, ensure_ascii=False, indent=2)
