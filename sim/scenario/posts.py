"""Places that a scenario tells by kilometre posts, as kilometres of their link.

Wherever a link is named with `at_km`, `from_km` or `to_km`, a post such as K12+300 may stand in place of the number, if
the link says where its posts begin (`start_post_km`). Where posts fall along it the ends of a stretch change places.
"""

from collections.abc import Mapping
from typing import Any

from sim.core.posts import PLACES, along_km, post_km
from sim.scenario.document import Keys
from sim.scenario.mistakes import shown

Found = list[tuple[Keys, str]]


def with_kilometres(data: Mapping[str, Any], links: Mapping[str, Mapping[str, Any]], mistakes: Found) -> dict[str, Any]:
    """The data with every post of bans and measures as a number; what is no post stays for other checks.

    Parameters
    ----------
    data : parts of a scenario as they were written
    links : the road's by name, as they were written
    mistakes : what is found is added here
    """
    found = dict(data)
    if "interventions" in data:
        found["interventions"] = _read(data["interventions"], ("interventions",), None, links, mistakes)
    road = data.get("road")
    if isinstance(road, Mapping) and _is_list(road.get("links")):
        own = [_link(link, ("road", "links", place), links, mistakes) for place, link in enumerate(road["links"])]
        found["road"] = {**road, "links": own}
    return found


def links_of(road: Any) -> dict[str, Mapping[str, Any]]:
    """Links of a road as it was written, by name; those that are none are left out."""
    links = road.get("links") if isinstance(road, Mapping) else None
    if not _is_list(links):
        return {}
    return {str(one.get("name")): _with_start(one) for one in links or () if isinstance(one, Mapping)}


def _with_start(link: Mapping[str, Any]) -> Mapping[str, Any]:
    """A link whose first post may be written as one."""
    start = link.get("start_post_km")
    post = post_km(start) if isinstance(start, str) else None
    return link if post is None else {**link, "start_post_km": post}


def _link(link: Any, keys: Keys, links: Mapping[str, Mapping[str, Any]], mistakes: Found) -> Any:
    """A link with its first post and its ban's as numbers; its sections hold none."""
    if not isinstance(link, Mapping) or not ("ban" in link or isinstance(link.get("start_post_km"), str)):
        return link
    link = _with_start(link)
    return {**link, "ban": _read(link.get("ban"), (*keys, "ban"), link, links, mistakes)}


def _is_list(value: Any) -> bool:
    return isinstance(value, (list, tuple))


def _read(
    value: Any, keys: Keys, link: Mapping[str, Any] | None, links: Mapping[str, Mapping[str, Any]], mistakes: Found
) -> Any:
    if _is_list(value):
        return [_read(one, (*keys, index), link, links, mistakes) for index, one in enumerate(value)]
    if not isinstance(value, Mapping):
        return value
    if isinstance(value.get("link"), str):
        link = links.get(value["link"], link)
    texts = {key: value[key] for key in sorted(PLACES) if isinstance(value.get(key), str)}
    posts = {key: post for key, text in texts.items() if (post := post_km(text)) is not None}
    found = {key: _read(one, (*keys, str(key)), link, links, mistakes) for key, one in value.items()}
    for key, post in posts.items():
        start = None if link is None else link.get("start_post_km")
        if link is None or not isinstance(start, (int, float)) or isinstance(start, bool):
            name = "its link" if link is None else str(link.get("name"))
            told = f"found {shown(texts[key])}, but {name} has no start_post_km: where do its posts begin?"
            mistakes.append(((*keys, key), told))
            found[key] = None if key == "to_km" else 0.0
        else:
            found[key] = round(along_km(post, float(start), fall=bool(link.get("posts_fall"))), 6)
    if set(posts) >= {"from_km", "to_km"} and None not in (found["from_km"], found["to_km"]):
        found["from_km"], found["to_km"] = sorted((found["from_km"], found["to_km"]))
    return found
