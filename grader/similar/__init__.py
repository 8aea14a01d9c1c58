"""Which solutions of an exercise are alike, more than solving the same exercise explains.

tokens        code as a list of tokens, without what is easily changed: names, comments, layout
fingerprints  a few of its k-grams, chosen so that copies share them
pairs         pairs that share fingerprints which are rare in the class
answers       the solutions to compare: this class, the reference, earlier years
page          the pairs side by side
"""
