"""Makes the table of letter sequences that tells Inuktitut, English and French apart.

Run by hand when a better word list is at hand:

    python -m tests.language.train_letters --iu LIST --en LIST --fr LIST > letters.tsv

Each LIST is UTF-8, one `word<TAB>weight` a line; the table goes to
bot/language/data. It holds only log-likelihood ratios of
letters given the two before them, never a word.
"""

import argparse
import math
import re
import sys
import unicodedata
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

_ALPHABET = 28  # a-z, & and the end of the word
_TRUST = 5  # how many sightings of a context weigh as much as the shorter context below it
_KEPT = 2.0  # a sequence seen less than this in all three languages is left to its shorter one

Weights = list[tuple[str, float]]


def read(path: Path) -> Weights:
    """Words and weights of a list, accents off; raises ValueError on a bad line."""
    words: Weights = []
    for line in path.read_text("utf-8").splitlines():
        word, weight = line.split("\t")
        flat = unicodedata.normalize("NFD", word.lower())
        plain = "".join(c for c in flat if "a" <= c <= "z" or c == "&")
        if plain:
            words.append((plain, float(weight)))
    return words


def spellings(word: str, weight: float) -> Iterator[tuple[str, float]]:
    """An Inuktitut word as it is written, texted in haste, and in the other orthographies."""
    short = re.sub(r"([aiu])\1", r"\1", word)
    yield word, weight
    yield word.replace("q", "k"), 0.3 * weight
    yield short, 0.3 * weight
    yield re.sub(r"(.)\1", r"\1", word.replace("q", "k")), 0.4 * weight
    yield word.replace("s", "h").replace("&", "l"), 0.06 * weight
    yield word.replace("s", "h").replace("j", "y"), 0.04 * weight
    labrador = word.replace("q", "k").replace("ii", "e").replace("uu", "o").replace("aa", "a")
    yield labrador, 0.05 * weight


class Letters:
    """How often each letter follows the two before it, softened by shorter contexts."""

    def __init__(self, words: Weights) -> None:
        self.seen: Counter[str] = Counter()
        for word, weight in words:
            marked = f"^{word}$"
            for size in (1, 2, 3):
                for start in range(len(marked) - size + 1):
                    self.seen[marked[start : start + size]] += weight  # type: ignore[assignment]
        self.context: Counter[str] = Counter()
        for letters, times in self.seen.items():
            self.context[letters[:-1]] += times

    def chance(self, letters: str) -> float:
        """Probability of the last of `letters` after the others."""
        chance = 1 / _ALPHABET
        for size in range(1, len(letters) + 1):
            tail = letters[len(letters) - size :]
            total = self.context[tail[:-1]]
            if total:
                share = total / (total + _TRUST * size)
                chance = share * self.seen[tail] / total + (1 - share) * chance
        return chance


def main() -> None:
    """Write the table to standard output."""
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("iu", "en", "fr"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    paths = parser.parse_args()
    varied = [pair for word, weight in read(paths.iu) for pair in spellings(word, weight)]
    iu, en, fr = Letters(varied), Letters(read(paths.en)), Letters(read(paths.fr))
    rows = sorted(
        letters
        for letters in iu.seen | en.seen | fr.seen
        if len(letters) == 2 or iu.seen[letters] + en.seen[letters] + fr.seen[letters] >= _KEPT
    )
    print("# letters, then hundredths of a nat: Inuktitut against English, French against English")
    for letters in rows:
        if len(letters) == 1 or letters.endswith("^"):
            continue
        base = math.log(en.chance(letters))
        ratios = (round(100 * (math.log(x.chance(letters)) - base)) for x in (iu, fr))
        sys.stdout.write("\t".join([letters, *map(str, ratios)]) + "\n")


if __name__ == "__main__":
    main()
