"""Results of slow functions that follow from their arguments alone, kept from run to run of a process.

Alternatives differ in a measure and share the road: what was made of the road for one is there for the next. Arguments
are told apart by their content, so that a result is found again only where it would come out the same.
"""

import pickle
from collections import OrderedDict
from collections.abc import Callable
from functools import wraps
from hashlib import sha256
from threading import Lock
from typing import ParamSpec

import numpy as np

from sim.core.units import Floats

Arguments = ParamSpec("Arguments")
PICKLE_PROTOCOL = 5


def kept(most: int) -> Callable[[Callable[Arguments, Floats]], Callable[Arguments, Floats]]:
    """Keep the latest results of a function, up to so many; they can't be written to.

    Arguments have to be what pickle knows: arrays, and models or dataclasses of them.
    """

    def keeping(function: Callable[Arguments, Floats]) -> Callable[Arguments, Floats]:
        found: OrderedDict[bytes, Floats] = OrderedDict()
        turn = Lock()

        @wraps(function)
        def kept_function(*args: Arguments.args, **kwargs: Arguments.kwargs) -> Floats:
            key = sha256(pickle.dumps((args, kwargs), PICKLE_PROTOCOL)).digest()
            with turn:
                made = found.get(key)
            if made is None:
                made = np.asarray(function(*args, **kwargs))
                made.flags.writeable = False
            with turn:
                found[key] = made
                found.move_to_end(key)
                while len(found) > most:
                    found.popitem(last=False)
            return made

        return kept_function

    return keeping
