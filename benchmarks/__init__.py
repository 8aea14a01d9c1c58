"""Measurements, printed as ratios against a peer in the same run; never asserted.

layers       recurrent layers against torch.nn and against a plain loop of cells
embedding    a 20,000-word vocabulary: look-up against the one-hot product
memory       back-propagation through long sequences: full, recomputed, truncated
char_rnn     a character model in 30 seconds on one core
attacks      bad and unlucky submissions, put to this grader and to nbgrader (stock, watched)

    .venv/bin/python -m benchmarks          runs all and writes book/results/*.json
    .venv/bin/python -m benchmarks layers   runs one
"""
