"""The report that policy staff forward: one page, in English, Chinese or both."""
